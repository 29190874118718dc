"""Every example of docs/teams.md is run, and says what the engine says; every word of the language has one."""

import json
import re
import typing

import msgspec
import pytest

from scoring.team import rulings as decided
from scoring.team import words
from scoring.team.explain import explain
from scoring.team.results import results
from scoring.team.table import standings
from tests.scoring.skating import ROOT
from tests.scoring.team_rows import rows, table

PAGE = (ROOT / "docs" / "teams.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
OURS = (words.__name__, decided.__name__)
USUAL = {"shared": False, "unranked": "", "awards": [], "tie_broken_by": "", "given": None, "counted": None}
IDS = [f"{number}-{example['table']['name']}" for number, example in enumerate(EXAMPLES)]


def rulings(example: dict) -> decided.Rulings:
    return msgspec.convert(example.get("rulings", {}), decided.Rulings)


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_table_of_the_page_has_the_rows_the_page_says(example):
    found = results(table(**example["table"]), rows(example["events"]), rulings(example))
    told = [{**USUAL, **row} for row in example["rows"]]
    assert [
        {
            "group": row.group,
            "rank": row.rank,
            "points": row.points,
            "shared": row.shared,
            "unranked": row.unranked,
            "awards": list(row.awards),
            "tie_broken_by": row.tie_broken_by,
            "given": row.given if one["given"] is not None else None,
            "counted": row.counted if one["counted"] is not None else None,
        }
        for row, one in zip(found.rows, told, strict=True)
    ] == told
    assert json.loads(msgspec.json.encode(found.open_ties)) == example.get("open_ties", [])
    assert found.complete == example.get("complete", True)


TOLD = [example for example in EXAMPLES if "explain" in example]


@pytest.mark.parametrize("example", TOLD, ids=range(len(TOLD)))
def test_a_table_of_the_page_is_explained_as_the_page_says(example):
    found = standings(table(**example["table"]), rows(example["events"]), rulings(example))
    steps = explain(found, example["explain"]["group"])
    assert [step.zh for step in steps] == example["explain"]["zh"]
    assert [step.en for step in steps] == example["explain"]["en"]


def structs(kind: object) -> set[type[msgspec.Struct]]:
    """All structs a type is made of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        found = {kind}
        for field in msgspec.structs.fields(kind):
            if kind.__module__ in OURS:
                found |= structs(field.type)
        return found
    return set().union(*(structs(one) for one in typing.get_args(kind)), set())


def literals(kind: object) -> set[str]:
    if typing.get_origin(kind) is typing.Literal:
        return set(typing.get_args(kind))
    return set().union(*(literals(one) for one in typing.get_args(kind)), set())


def used(value: object) -> set[str]:
    match value:
        case dict():
            return set(value) | set().union(*(used(one) for one in value.values()), set())
        case list():
            return set().union(*(used(one) for one in value), set())
        case str():
            return {value}
    return set()


def test_every_word_of_the_language_has_an_example():
    ours = {kind for kind in structs(words.TeamTable) | structs(decided.Rulings) if kind.__module__ in OURS}
    assert len(ours) == 27
    in_examples = used([[example["table"], example.get("rulings", {})] for example in EXAMPLES])
    fields = [(kind, field) for kind in ours for field in msgspec.structs.fields(kind)]
    tags = {kind.__struct_config__.tag for kind in ours if kind.__struct_config__.tag}
    names = {field.encode_name for _, field in fields}
    values = set().union(*(literals(field.type) for _, field in fields))
    # What is the rule where nothing is said needs no example of its own.
    silent = {"same", "shared", "counted", "first", "ranked", "sum", "high"}
    assert sorted((tags | names | values) - in_examples - silent) == []
