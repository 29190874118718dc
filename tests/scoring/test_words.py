"""Every word a document may have is explained on its page, in the chapter of the thing that has it."""

import re

import msgspec.inspect
import pytest

from scoring.document import Document
from scoring.kinds.part import AspectPart, Part, SinglePart
from scoring.kinds.standard import Standard
from scoring.team.words import TeamTable
from tests.scoring.skating import ROOT

SHARED = (Part, AspectPart, SinglePart)


def prose(page: str) -> str:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.sub(r"```json\n.*?```", "", text, flags=re.DOTALL)


def words(text: str) -> set[str]:
    """What stands between backticks, word by word."""
    return {word for quoted in re.findall(r"`([^`]*)`", text) for word in re.findall(r"[a-z]\w*", quoted)}


def own_structs(kind, besides: type = ()) -> dict:
    """Every struct a type is made of, by its class; those that are `besides` are not looked into."""
    found, waiting = {}, [msgspec.inspect.type_info(kind)]
    while waiting:
        one = waiting.pop()
        struct = getattr(one, "cls", None)
        if struct is not None and struct not in found and not (found and issubclass(struct, besides)):
            found[struct] = one
            waiting += [field.type for field in one.fields]
        waiting += getattr(one, "types", ())
        waiting += [one.item_type] if hasattr(one, "item_type") else []
    return found


def named(struct, without=frozenset()) -> set[str]:
    """A struct's words, the words it lets one choose from, and the one by which it is chosen."""
    fields = [field for field in struct.fields if field.encode_name not in without]
    found = {field.encode_name for field in fields} | ({struct.tag} if struct.tag else set())
    for field in fields:
        choices = getattr(field.type, "types", (field.type,))
        for choice in choices:
            found |= {one for one in getattr(choice, "values", ()) if isinstance(one, str)}
    return found


STRUCTS = own_structs(Document)
TEAMS = {cls: struct for cls, struct in own_structs(TeamTable).items() if cls.__module__ == TeamTable.__module__}
KINDS = [cls for cls in STRUCTS if issubclass(cls, Part)]
BESIDES = [cls for cls in STRUCTS if not issubclass(cls, Part) and cls not in TEAMS]


def chapter(tag: str) -> str:
    """The chapter of one kind of node; `sum` and the like have one each."""
    found = re.search(rf"^### `{tag}`.*?(?=^###? )", prose("scheme.md"), re.DOTALL | re.MULTILINE)
    assert found is not None, tag
    return found[0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__struct_config__.tag)
def test_the_chapter_of_a_kind_explains_every_word_of_it(kind):
    shared = {word for base in SHARED if issubclass(kind, base) for word in base.__struct_encode_fields__}
    shared |= {"sign"} | ({"low", "high", "step"} if issubclass(kind, SinglePart) else set())
    # A scale within a panel has its words from the chapter on standard scores.
    found = [one for one in own_structs(kind, Part).values() if one.cls is not Standard]
    wanted = set().union(*(named(one, shared) for one in found))
    assert wanted - words(chapter(kind.__struct_config__.tag)) == set()


def test_words_that_all_nodes_and_all_aspects_have_are_explained_once():
    page = words(prose("scheme.md"))
    for base in SHARED:
        assert set(base.__struct_encode_fields__) <= page
    assert {"plus", "minus", "zero", "unranked", "no_award", "low", "high", "step"} <= page


@pytest.mark.parametrize("struct", BESIDES, ids=lambda struct: struct.__name__)
def test_every_word_of_rankings_stages_and_awards_is_explained(struct):
    assert named(STRUCTS[struct]) - words(prose("scheme.md")) == set()


@pytest.mark.parametrize("struct", TEAMS, ids=lambda struct: struct.__name__)
def test_every_word_of_a_table_of_teams_is_explained(struct):
    assert named(TEAMS[struct]) - words(prose("teams.md")) == set()
