"""Everything in ranking, stages and awards that makes no sense is named where it stands, in both languages."""

import json

import pytest

from scoring.problems import found, read
from tests.scoring.sheets import panel, points

TREE = [
    points("a"),
    points("b"),
    panel("work"),
    {"kind": "veto", "id": "safety", "name": "安全"},
    {"kind": "best", "id": "runs", "name": "轮", "parts": [points("run")]},
    {"kind": "sum", "id": "ranks", "name": "名次", "parts": [{**points("place"), "step": "1"}]},
    {"kind": "attempts", "id": "jumps", "name": "跳", "of": points("jump"), "times": 2},
]
SCORE = {"by": "score", "at_least": "5"}


def award(rule=None, **more):
    return {"id": "prize", "name": "奖", "rule": rule or {"by": "rank", "to": 1}, **more}


def stage(id_="one", **more):
    return {"id": id_, "name": "阶段", "node": "a", **more}


def problems(**document):
    text = {"root": {"kind": "sum", "id": "total", "name": "总分", "parts": TREE}, **document}
    return [(one.node, one.problem_zh, one.problem_en) for one in found(read(json.dumps(text)))]


def key(**words):
    return {"ranking": {"keys": [words]}}


@pytest.mark.parametrize(
    ("document", "node", "said"),
    [
        (key(node="x"), "x", "not there"),
        (key(), "ranking", "not there"),
        (key(of="lot", node="a"), "a", "names no node"),
        (key(of="attribute"), "ranking", "names it"),
        (key(of="lot", attribute="born"), "ranking", "names it"),
        (key(node="a", attribute="born"), "a", "names no attribute"),
        (key(node="safety"), "safety", "veto"),
        (key(node="work", of="mark"), "work", "one mark"),
        (key(node="a", of="attempts"), "a", "attempts"),
        (key(node="ranks", of="attempts"), "ranks", "attempts"),
        (key(node="a", of="places"), "a", "parts"),
        (key(node="runs", of="place_marks"), "runs", "whole number"),
        (key(node="total", of="place_marks"), "total", "whole number"),
        ({"stages": [stage(), stage()]}, "one", "used twice"),
        ({"stages": [stage(node="x")]}, "one", "not there"),
        ({"stages": [stage(node="safety")]}, "one", "veto"),
        ({"stages": [stage(keys=[{"node": "x"}])]}, "x", "not there"),
        ({"stages": [stage(keys=[{}])]}, "one", "not there"),
        ({"stages": [stage(order="low")]}, "one", "high or low"),
        ({"stages": [stage(advance={"by": "ratio", "ratio": "1.5"})]}, "one", "at most 1"),
        ({"stages": [stage(advance={"by": "score"})]}, "one", "at_least, at_most"),
        ({"stages": [stage(advance={**SCORE, "node": "x"})]}, "one", "“x” is not there"),
        ({"stages": [stage(advance={"by": "heats", "to": 0})]}, "one", "at least one"),
        ({"stages": [stage(advance={"by": "heats", "to": 1, "attribute": ""})]}, "one", "attribute"),
        ({"awards": [award(), award()]}, "prize", "used twice"),
        ({"awards": [award({"by": "rank", "from": 3, "to": 2})]}, "prize", "wrong way"),
        ({"awards": [award({"by": "ratio", "ratio": "0"})]}, "prize", "above 0"),
        ({"awards": [award({"by": "medal", "medal": "gold", "window": "-1"})]}, "prize", "below zero"),
        ({"awards": [award({"by": "score", "at_least": "9", "at_most": "8"})]}, "prize", "above at_most"),
        ({"awards": [award({"by": "score"})]}, "prize", "at_least, at_most"),
        ({"awards": [award(SCORE, keys=[{"node": "a"}])]}, "prize", "no use for keys"),
        ({"awards": [award({"by": "medal", "medal": "gold"}, keys=[{"of": "lot"}])]}, "prize", "no use for keys"),
        ({"awards": [award(keys=[{"node": "x"}])]}, "x", "not there"),
        ({"awards": [award(all_of=[{"node": "x", "at_least": "1"}])]}, "prize", "“x” is not there"),
        ({"awards": [award(any_of=[{"is": "职工"}])]}, "prize", "stands with an attribute"),
        ({"awards": [award(any_of=[{"attribute": "kind"}])]}, "prize", "must be (is)"),
        ({"awards": [award(any_of=[{"attribute": "kind", "is": "x", "at_most": "1"}])]}, "prize", "no limits"),
    ],
)
def test_a_wrong_document_is_told_what_is_wrong_and_where(document, node, said):
    assert any(at == node and said in en and zh for at, zh, en in problems(**document)), problems(**document)


def test_what_makes_sense_has_no_problem():
    keys = [
        {"node": "a"},
        {"node": "a", "of": "mark", "order": "low"},
        {"node": "ranks", "of": "place_marks"},
        {"node": "total", "of": "places"},
        {"node": "runs", "of": "attempts"},
        {"node": "jumps", "of": "attempts"},
        {"of": "lot"},
        {"of": "attribute", "attribute": "born", "order": "low"},
    ]
    rules = [
        {"by": "quota", "count": 2, "ties": "trim"},
        {"by": "medal", "medal": "bronze"},
        {"by": "score", "at_most": "3", "node": "b"},
        {"by": "everyone"},
    ]
    awards = [{"id": f"p{at}", "name": "奖", "rule": rule} for at, rule in enumerate(rules)]
    awards[0] |= {"keys": keys, "min_entries": 3, "all_of": [{"attribute": "kind", "is": "职工"}]}
    stages = [
        stage("one", keys=keys, advance={"by": "heats", "to": 1, "also": 2}),
        stage("two", node="total"),
    ]
    assert problems(ranking={"keys": keys, "ties": "dense"}, awards=awards, stages=stages) == []
