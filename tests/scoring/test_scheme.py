import hashlib
import json

import pytest

from scoring import SchemeProblem, canonical, outline, parse, problem_with, schema
from scoring.bounds import raw_span
from scoring.kinds import Node
from scoring.problems import found, read
from tests.scoring.sheets import panel, points, scheme


def one(kind: str, id_: str = "p", **more) -> dict:
    return {"kind": kind, "id": id_, "name": "一", **more}


def document(*parts, **more) -> str:
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": list(parts), **more.pop("root", {})}
    return json.dumps({"root": root, **more})


NOWHERE = [{"node": "x", "at_least": "1"}]
BAD = {
    "not json": ("{", "$", "JSON"),
    "nothing at all": ("[]", "$", "object"),
    "a number that is no string": (document(panel(high=10)), "work.high", "string"),
    "a number in another notation": (document(panel(high="1e3")), "work.high", "decimals"),
    "an unknown kind": (document(panel(kind="pane")), "work.kind", "pane"),
    "an unknown word": (document(panel(hgih="3")), "work", "hgih"),
    "a missing word": (document({"kind": "penalty", "id": "p", "name": "扣"}), "p", "high"),
    "no name": (document(panel(name="")), "work.name", ""),
    "places beyond four": (document(panel(places=9)), "work.places", ""),
    "the same id twice": (document(panel(), panel()), "work", "twice"),
    "a negative weight": (document(panel(weight="-1")), "work", "negative"),
    "a cap below the floor": (document(panel(cap="1", floor="2")), "work", "below"),
    "a step that does not fit": (document(panel(step="0.3")), "work", "step"),
    "a step of nothing": (document(panel(step="0")), "work", "step"),
    "four places in a mark": (document(panel(step="0.0005")), "work", "three"),
    "low above high": (document(panel(low="11")), "work", "high"),
    "too few judges to drop": (document(panel(rule={"take": "trimmed"}, min_judges=2)), "work", "3 judges"),
    "a maximum of nothing": (document({"kind": "pass_fail", "id": "p", "name": "合", "max": "0"}), "p", "above"),
    "a counting amount without limit": (document({"kind": "amount", "id": "p", "name": "加"}), "p", "high"),
    "a negative penalty": (document(one("penalty", low="-1", high="3")), "p", "positive"),
    "a negative tolerance": (
        document(one("tolerance", target="1", ranges=[{"below": "-1", "points": "1"}])),
        "p",
        "positive",
    ),
    "a difference without unit": (
        document({"kind": "difference", "id": "p", "name": "差", "max": "1", "per": "0", "deduction": "1"}),
        "p",
        "unit",
    ),
    "a table that goes back": (
        document(
            {
                "kind": "quantity",
                "id": "p",
                "name": "时",
                "convert": {"by": "table", "rows": [{"to": "2", "points": "1"}, {"to": "1", "points": "2"}]},
            }
        ),
        "p",
        "small",
    ),
    "a linear rule without unit": (
        document(
            {
                "kind": "quantity",
                "id": "p",
                "name": "时",
                "convert": {"by": "linear", "at": "1", "points": "1", "per": "0", "most": "1"},
            }
        ),
        "p",
        "unit",
    ),
    "nothing counts": (document(panel(counts=False)), "total", "counts"),
    "a total with a weight": (document(panel(), root={"weight": "2"}), "total", "weight"),
    "a key that is not there": (document(panel(), ranking={"keys": [{"node": "x"}]}), "x", "not there"),
    "the mark of a panel as key": (
        document(panel(), ranking={"keys": [{"node": "work", "of": "mark"}]}),
        "work",
        "one mark",
    ),
    "the same award twice": (
        document(panel(), awards=[{"id": "a", "name": "奖", "rule": {"by": "everyone"}}] * 2),
        "a",
        "twice",
    ),
    "a band the wrong way round": (
        document(panel(), awards=[{"id": "a", "name": "奖", "rule": {"by": "rank", "from": 3, "to": 1}}]),
        "a",
        "wrong way",
    ),
    "a ratio above one": (
        document(panel(), awards=[{"id": "a", "name": "奖", "rule": {"by": "ratio", "ratio": "10"}}]),
        "a",
        "ratio",
    ),
    "a condition on nothing": (
        document(panel(), awards=[{"id": "a", "name": "奖", "rule": {"by": "everyone"}, "any_of": NOWHERE}]),
        "a",
        "x",
    ),
    "too much": (document(panel(), root={"name_en": "x" * 1_100_000}), "$", "1 MB"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_named_at_its_node_in_both_languages(case):
    text, node, words = BAD[case]
    with pytest.raises(SchemeProblem) as wrong:
        parse(text)
    assert wrong.value.node == node
    assert words in wrong.value.problem_en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in wrong.value.problem_zh)


def test_a_document_nested_without_end_is_refused():
    text = '{"root":' + '{"kind":"sum","id":"a","name":"x","parts":[' * 100_000
    with pytest.raises(SchemeProblem):
        parse(text)
    node = panel()
    for depth in range(12):
        node = {"kind": "sum", "id": f"s{depth}", "name": "层", "parts": [node]}
    with pytest.raises(SchemeProblem):
        parse(document(node))


def test_all_problems_are_found_at_once():
    text = document(panel(step="0.3"), points(weight="-1"), ranking={"keys": [{"node": "x"}]})
    assert [problem.node for problem in found(read(text))] == ["work", "points", "x"]


def test_an_aspect_tells_judges_what_may_be_entered():
    plan = scheme(
        {
            "kind": "sum", "id": "look", "name": "外观", "name_en": "Look", "counts": False,
            "parts": [panel(low="0.25", unit="分", unit_en="pts", hint="看焊缝", hint_en="Look at the seam")],
        },
        points(),
    )  # fmt: skip
    # What stands directly below the total belongs to no criterion.
    assert (plan.aspects["points"].group, plan.aspects["points"].group_en) == ("", "")
    work = plan.aspects["work"]
    assert (work.group, work.group_en, work.by_panel, work.counts, work.view) == (
        "外观",
        "Look",
        True,
        False,
        "panel",
    )
    assert (work.low, work.high, work.step, work.places) == (250, 10_000, 250, 2)
    assert (work.unit, work.unit_en, work.hint, work.hint_en) == ("分", "pts", "看焊缝", "Look at the seam")
    assert work.limits == {"aspect": "作品", "low": "0.25", "high": "10.00", "step": "0.25"}
    assert list(plan.aspects) == ["work", "points"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [(250, None), (10_000, None), (0, "too_low"), (10_250, "too_high"), (300, "off_step"), (-250, "too_low")],
)
def test_a_value_is_allowed_between_low_and_high_in_steps_from_low(value, problem):
    assert problem_with(scheme(panel(low="0.25")).aspects["work"], value) == problem


def test_steps_begin_at_the_lowest_mark():
    work = scheme(panel(low="1", high="9", step="2")).aspects["work"]
    assert [value for value in range(0, 10_000, 500) if problem_with(work, value) is None] == [
        1000, 3000, 5000, 7000, 9000,
    ]  # fmt: skip


def test_a_time_without_limit_takes_any_number_the_wire_can_carry():
    time = scheme(points(), {"kind": "amount", "id": "time", "name": "用时", "counts": False}).aspects["time"]
    assert time.limits["high"] == "∞"
    assert [problem_with(time, value) for value in (0, 10**12, 10**12 + 1000, -1000)] == [
        None, None, "too_high", "too_low",
    ]  # fmt: skip


def test_every_kind_of_aspect_has_its_view_and_choices():
    levels = ["差", "合格", "良", "优"]
    plan = scheme(
        panel("panel"),
        one("judgement", "judged", max="1", descriptors=levels, descriptors_en=["bad"]),
        one("pass_fail", "passed", max="1"),
        one("completed", "done", max="1", possible=4),
        one("difference", "off", max="1", deduction="1"),
        one("choice", "chosen", options=[{"label": level, "points": "1"} for level in levels]),
        one("tolerance", "within", target="1", ranges=[{"points": "1"}]),
        points("theory"),
        one("amount", "extra", high="5"),
        one("penalty", "late", high="5"),
        one("penalty", "poles", high="5", each="2"),
        one("quantity", "time", convert={"by": "table", "rows": [{"to": "1", "points": "1"}]}),
    )
    assert {id_: aspect.view for id_, aspect in plan.aspects.items()} == {
        "panel": "panel",
        "judged": "judgement",
        "passed": "pass_fail",
        "done": "count",
        "off": "amount",
        "chosen": "choice",
        "within": "amount",
        "theory": "imported",
        "extra": "amount",
        "late": "amount",
        "poles": "count",
        "time": "amount",
    }
    assert [id_ for id_, aspect in plan.aspects.items() if aspect.by_panel] == ["panel", "judged"]
    assert [(choice.value, choice.label, choice.label_en) for choice in plan.aspects["judged"].choices] == [
        (0, "差", "bad"),
        (1000, "合格", ""),
        (2000, "良", ""),
        (3000, "优", ""),
    ]
    assert [choice.value for choice in plan.aspects["chosen"].choices] == [1000, 2000, 3000, 4000]
    assert [choice.label_en for choice in plan.aspects["passed"].choices] == ["Failed", "Passed"]
    assert all(raw_span(plan.nodes[id_].node, {}).low == 0 for id_ in plan.aspects)


def test_the_outline_shows_every_node_with_the_most_it_is_worth():
    plan = scheme(
        panel(weight="3", places=2), {"kind": "penalty", "id": "late", "name": "迟到", "high": "5"}, cap="25"
    )
    assert [
        (row.node, row.depth, row.kind, row.weight, row.max, row.sign, row.counts) for row in outline(plan)
    ] == [
        ("total", 0, "sum", "1", "25.00", "plus", True),
        ("work", 1, "panel", "3", "10.00", "plus", True),
        ("late", 1, "penalty", "1", "5", "minus", True),
    ]


def test_the_digest_does_not_see_spaces_and_order():
    plain = '{"root": {"kind":"sum", "id":"t", "name":"总", "parts":['
    plain += '{"kind":"pass_fail","id":"a","name":"甲","max":"5"}]}}'
    spaced = json.dumps(json.loads(plain), indent=3, sort_keys=True)
    assert hashlib.sha256(canonical(plain)).digest() == hashlib.sha256(canonical(spaced.encode())).digest()
    assert canonical(plain) != canonical(plain.replace('"5"', '"6"'))
    with pytest.raises(SchemeProblem):
        canonical("{}")


def test_the_json_schema_knows_every_kind():
    kinds = {
        one.get("properties", {}).get("kind", {}).get("enum", [None])[0] for one in schema()["$defs"].values()
    }
    assert kinds - {None} == {kind.__struct_config__.tag for kind in Node.__args__}


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("id", "work\n", "Write decimals"),
        ("high", "10\n", "Write decimals"),
        ("name", "作\x00品", "control characters"),
        ("name", "作品\n", "control characters"),
        ("hint", "看\x1b这里", "control characters"),
    ],
)
def test_a_document_holds_no_character_that_cannot_be_seen(field, text, told):
    part = {"kind": "panel", "id": "work", "name": "作品", "high": "10", field: text}
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": [part]}
    with pytest.raises(SchemeProblem, match=told):
        parse(json.dumps({"root": root}))


def test_a_hint_may_have_lines():
    part = {"kind": "panel", "id": "work", "name": "作品", "high": "10", "hint": "一\n二"}
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": [part]}
    assert parse(json.dumps({"root": root})).aspects["work"].hint == "一\n二"
