"""The error catalogue: every broken rule has its code and its sentence in both languages."""

import re

from contest.errors import ContestError, NotAllowed, catalogue


def test_codes_are_unique_and_derived_from_the_name():
    kinds = list(catalogue())
    assert len(kinds) > 40
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert [re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in kinds] == codes


def test_both_languages_say_the_same_params():
    for kind in catalogue():
        fields = [set(re.findall(r"\{(\w+)\}", text)) for text in (kind.zh, kind.en)]
        assert fields[0] == fields[1], kind.code
        assert re.search(r"[一-鿿]", kind.zh), kind.code
        assert kind.en.endswith((".", "{problem}")), kind.code


def test_every_subclass_is_in_the_catalogue():
    def below(kind: type[ContestError]) -> set[type[ContestError]]:
        return {kind, *(deeper for sub in kind.__subclasses__() for deeper in below(sub))}

    assert set(catalogue()) == below(ContestError) - {ContestError}


def test_an_error_says_its_sentence_in_the_language_asked_for():
    broken = NotAllowed(act="publish")
    assert broken.sentence("zh") == "您的角色不能做这件事（publish）。"
    assert broken.sentence("en") == "Your role does not allow this (publish)."
