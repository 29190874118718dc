"""The whole of an event: what it is made of, that it is JSON, and that nothing in it is ever not a number."""

import ast
import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scoring
from scoring import Sheet, SheetMark
from scoring.agreement import Agreement, Organisations, agreement, judged
from scoring.agreement.measure import WHY, Coefficient, Judge, known, shown, unknown
from scoring.sheet import Marks
from tests.scoring.agreement.marking import as_sheet, drawn, judgement, one_aspect, panel, scheme, sheet

STEPS = [-1.5, 0.0, 1.5]


def coefficients(told) -> list[Coefficient]:
    if isinstance(told, Coefficient):
        return [told]
    if isinstance(told, tuple | list):
        return [one for part in told for one in coefficients(part)]
    if isinstance(told, msgspec.Struct):
        return [one for field in told.__struct_fields__ for one in coefficients(getattr(told, field))]
    return []


def floats(told) -> list[float]:
    if isinstance(told, float):
        return [told]
    if isinstance(told, tuple | list):
        return [one for part in told for one in floats(part)]
    if isinstance(told, msgspec.Struct):
        return [one for field in told.__struct_fields__ for one in floats(getattr(told, field))]
    return []


def sound(told: Agreement) -> None:
    assert all(math.isfinite(number) for number in floats(told))
    for one in coefficients(told):
        assert (one.value is None) != (one.reason is None)
        assert (one.why, one.why_en) == (("", "") if one.reason is None else WHY[one.reason])
    for part in (*told.aspects, *told.apart, *told.judges, *told.panels, told.adjusted):
        assert part.said
        assert part.said_en
    assert msgspec.json.decode(msgspec.json.encode(told), type=Agreement) == told


def test_an_event_is_told_whole():
    truth = drawn(31, judges=4, aspects=5, entries=30, thresholds=STEPS)
    document, marked = as_sheet(truth.number)
    home = Organisations(
        {("", 1): "甲厂", ("", 2): "乙厂"}, {f"e{at:03}": "甲乙丙"[at % 3] + "厂" for at in range(30)}
    )
    told = agreement(document, marked, organisations=home, order={f"e{at:03}": at for at in range(30)})
    sound(told)
    assert (told.unit, len(told.aspects), len(told.judges), len(told.panels)) == ("mark", 5, 4, 1)
    assert [one.aspect for one in told.aspects] == ["a0", "a1", "a2", "a3", "a4"]
    assert len(told.adjusted.fairs) == 30
    assert told.panels[0].icc.entries == 30
    assert told.judges[0].own_entries == 10


def test_panels_are_told_by_each_judges_mean_of_an_entry():
    marks = {
        "a": {"one": [2, 4], "two": [4, 6]},
        "b": {"one": [5, 5], "two": [7, 9]},
        "c": {"one": [8, None], "two": [8, 8]},
    }
    (told,) = agreement(scheme(panel("one"), panel("two")), sheet(marks)).panels
    # Means 3, 6 and 5, 7; c is left out, for one judge did not mark all of it.
    assert (told.icc.entries, told.kendall.w.value) == (2, 1.0)
    assert told.icc.three_single.value == pytest.approx(12 / 13)
    assert told.said.startswith("2 名裁判对 2 个参赛者的平均分可靠程度为 ")


def test_aspects_marked_once_are_none_of_its_business():
    document = scheme({"kind": "imported", "id": "theory", "name": "理论", "high": "100"}, judgement())
    marked = Sheet(
        entries=("a",),
        seats={"a": 2},
        marks=[SheetMark("a", "theory", 0, "entered", 80_000), SheetMark("a", "look", 1, "entered", 2000)],
    )
    told = agreement(document, marked)
    assert ([one.aspect for one in told.aspects], told.unit) == (["look"], "mark")


def test_single_aspects_can_be_looked_at():
    document = scheme(panel("one"), panel("two"))
    marked = sheet({"a": {"one": [2, 4], "two": [4, 9]}, "b": {"one": [3, 3], "two": [4, 9]}})
    told = agreement(document, marked, aspects=["one"])
    assert [one.bias.value for one in told.judges] == [-0.5, 0.5]


def test_a_scheme_without_any_judge_has_nobody_to_tell_of():
    document = scheme({"kind": "imported", "id": "theory", "name": "理论", "high": "100"})
    told = agreement(document, Sheet(entries=("a",), marks=[], seats={"a": 3}))
    assert (told.aspects, told.apart, told.judges, told.panels) == ((), (), (), ())
    assert told.adjusted.reason == "nothing_marked"
    sound(told)


def test_marks_as_columns_say_the_same_as_marks_one_by_one():
    document = scheme(
        {"kind": "imported", "id": "theory", "name": "理论", "high": "100"}, panel("one"), panel("two")
    )
    marked = sheet(
        {"a": {"one": [2, "absent"], "two": [4, 9]}, "b": {"one": [3, 3.5], "two": [None, "not_attempted"]}}
    )
    entries, aspects = list(marked.entries), list(document.aspects)
    kinds = {"entered": 1, "absent": 2, "not_attempted": 3}
    columns = Marks(
        entry=np.array([entries.index(mark.entry) for mark in marked.marks]),
        aspect=np.array([aspects.index(mark.aspect) for mark in marked.marks]),
        seat=np.array([mark.seat for mark in marked.marks]),
        state=np.array([kinds[mark.kind] for mark in marked.marks], dtype=np.uint8),
        value=np.array([mark.value or 0 for mark in marked.marks]),
    )
    other = Sheet(entries=marked.entries, marks=columns, seats=marked.seats)
    assert agreement(document, other) == agreement(document, marked)


def test_a_mark_from_a_seat_that_the_panel_does_not_have_is_not_looked_at():
    document, marked = one_aspect([[6, 7], [5, 8]])
    stray = SheetMark("a", "work", 5, "entered", 1000)
    other = Sheet(entries=marked.entries, marks=[*marked.marks, stray], seats=marked.seats)
    assert agreement(document, other) == agreement(document, marked)


def test_who_marks_is_a_seat_of_a_panel():
    document, marked = one_aspect([[6, 7], [5, 8]])
    smaller = Sheet(entries=("a", "b"), marks=marked.marks, seats={"a": 2, "b": 2}, panels={("b", "work"): 1})
    assert judged(document, smaller).judges == (Judge("", 1), Judge("", 2))
    named = judged(document, marked, panels={("a", "work"): "甲", ("b", "work"): "乙", ("x", "y"): "丙"})
    assert named.judges == (Judge("乙", 1), Judge("乙", 2), Judge("甲", 1), Judge("甲", 2))
    assert (Judge("甲", 2).zh, Judge("甲", 2).en) == ("甲 2 号裁判", "Judge 2 of 甲")


KINDS = st.sampled_from(["entered", "entered", "entered", "absent", "not_attempted", "blank"])


@st.composite
def events(draw):
    parts = draw(st.lists(st.sampled_from(["judgement", "panel", "fine", "trimmed"]), min_size=1, max_size=3))
    make = {
        "judgement": judgement,
        "panel": lambda id_: panel(id_, low="-2", high="4", step="1"),
        "fine": lambda id_: panel(id_, step="0.01"),
        "trimmed": lambda id_: panel(id_, rule={"take": "trimmed", "low": 1, "high": 1}),
    }
    document = scheme(*(make[kind](f"a{at}") for at, kind in enumerate(parts)))
    entries = [f"e{at}" for at in range(draw(st.integers(1, 5)))]
    seats = draw(st.integers(1, 4))
    marks = []
    for entry in entries:
        for aspect in document.aspects.values():
            for seat in range(1, seats + 1):
                kind = draw(KINDS)
                steps = (aspect.high - aspect.low) // aspect.step
                value = aspect.low + aspect.step * draw(st.integers(0, min(steps, 6)))
                if kind != "blank":
                    marks.append(SheetMark(entry, aspect.id, seat, kind, value if kind == "entered" else None))
    named = {
        (entry, aspect): draw(st.sampled_from(["甲", "乙"]))
        for entry in entries
        for aspect in document.aspects
        if draw(st.booleans())
    }
    return document, Sheet(entries=tuple(entries), marks=marks, seats=dict.fromkeys(entries, seats)), named


@settings(max_examples=80, deadline=None)
@given(events(), st.booleans())
def test_nothing_is_ever_not_a_number_whatever_is_marked(event, ordered):
    document, marked, named = event
    home = Organisations({("", 1): "A", ("甲", 1): "B"}, dict(zip(marked.entries, "ABABA", strict=False)))
    order = {entry: at % 2 for at, entry in enumerate(marked.entries)} if ordered else None
    sound(agreement(document, marked, organisations=home, order=order, panels=named))


@settings(max_examples=30, deadline=None)
@given(events())
def test_the_order_of_marks_changes_nothing(event):
    document, marked, named = event
    turned = Sheet(entries=marked.entries, marks=marked.marks[::-1], seats=marked.seats)
    assert agreement(document, turned, panels=named) == agreement(document, marked, panels=named)


def test_a_number_for_people_is_printed_without_a_sign_it_does_not_have():
    assert [shown(value) for value in (-0.001, 0.0, -0.42, 1.005)] == ["0.00", "0.00", "-0.42", "1.00"]
    assert math.copysign(1, known(-0.0).value) == 1
    with pytest.raises(AssertionError):
        known(math.nan)
    assert unknown("one_judge").why_en == "one judge alone has nobody to be compared with"


def test_no_rank_can_come_from_here():
    # Floats are allowed in agreement because nothing of the engine imports it.
    package = Path(scoring.__file__).parent
    importers = []
    for path in package.rglob("*.py"):
        if path.is_relative_to(package / "agreement"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names += [one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
        importers += [
            path.name for name in names if name.startswith("scoring.agreement") and path.parent != package
        ]
        importers += [
            path.name
            for name in names
            if name.startswith("scoring.agreement") and path.parent == package and path.name != "__init__.py"
        ]
    assert importers == []


def test_agreement_is_json_for_others():
    told = json.loads(msgspec.json.encode(agreement(*one_aspect([[6, 7], [5, 8]]))))
    assert told["judges"][0]["bias"] == {"value": -1.0, "reason": None, "why": "", "why_en": ""}
    assert told["judges"][0]["drift"]["why"] == "没有给出出场次序"
    assert told["adjusted"]["judge_groups"] == [[["", 1], ["", 2]]]
