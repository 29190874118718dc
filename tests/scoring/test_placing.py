"""Marks come one by one, as columns or as blocks: the results are the same, and what does not fit is refused."""

from decimal import Decimal

import msgspec
import numpy as np
import pytest

from scoring import Sheet, SheetMark, SheetProblem, results
from scoring.placing import columns
from scoring.sheet import (
    ABSENT_STATE,
    BLANK_STATE,
    ENTERED_STATE,
    NOT_ATTEMPTED_STATE,
    Block,
    Marks,
    judges_of,
)
from tests.scoring.contests import Contest
from tests.scoring.sheets import panel, points, scheme

STATES = {"entered": ENTERED_STATE, "absent": ABSENT_STATE, "not_attempted": NOT_ATTEMPTED_STATE}


def block_of(scheme, sheet: Sheet) -> Block:
    """The same marks, each in its cell."""
    judged = [id_ for id_, aspect in scheme.aspects.items() if aspect.by_panel]
    once = [id_ for id_, aspect in scheme.aspects.items() if not aspect.by_panel]
    seats, entries = (judges_of(sheet), len(judged), len(sheet.entries)), (len(once), len(sheet.entries))
    arrays = [np.zeros(shape, dtype=kind) for shape in (seats, entries) for kind in (np.int64, np.uint8)]
    for entry, aspect, seat, kind, value in sheet.marks:
        at = sheet.entries.index(entry)
        cell = (seat - 1, judged.index(aspect), at) if seat else (once.index(aspect), at)
        values, states = arrays[:2] if seat else arrays[2:]
        # What is not entered may hold any number: nobody looks at it.
        values[cell], states[cell] = 77 if value is None else value, STATES[kind]
    return Block(*arrays)


@pytest.mark.parametrize("chunk", range(4))
def test_marks_mean_the_same_in_every_form(chunk):
    whole = 0
    for seed in range(chunk * 60, chunk * 60 + 60):
        contest = Contest(seed, 1 + seed % 4, holes=(0, 0, 0.1)[seed % 3])
        sheet = contest.sheet()
        expected = msgspec.json.encode(results(contest.scheme, sheet), enc_hook=dict)
        listed = columns(contest.scheme, sheet)
        order = np.random.default_rng(seed).permutation(len(listed.value))
        shuffled = Marks(*(column[order] for column in listed))
        narrow = shuffled._replace(entry=shuffled.entry.astype(np.int32), seat=shuffled.seat.astype(np.uint8))
        block = block_of(contest.scheme, sheet)
        back = columns(contest.scheme, msgspec.structs.replace(sheet, marks=block))
        whole += bool((block.panel_states == ENTERED_STATE).all() and (block.single_states == ENTERED_STATE).all())
        for marks in (listed, shuffled, narrow, block, back):
            again = results(contest.scheme, msgspec.structs.replace(sheet, marks=marks))
            assert msgspec.json.encode(again, enc_hook=dict) == expected, seed
    assert whole > 3


@pytest.fixture
def plan():
    return scheme(panel("work"), points("theory"), panel("style", low="2", high="6"))


@pytest.mark.parametrize("high", ["306783", "306784", "999999999"])
@pytest.mark.parametrize("rule", ["sum", "mean", "median", "trimmed"])
def test_the_greatest_marks_of_a_panel_are_added_exactly(high, rule):
    # Seven marks of 306783.000 are the most whose thousandths together fit 32 bits.
    plan = scheme(panel("work", high=high, step="1", rule={"take": rule}))
    marks = [SheetMark("amber", "work", seat, "entered", int(high) * 1000) for seat in range(1, 8)]
    marks += [SheetMark("birch", "work", seat, "entered", 1000 * seat) for seat in range(1, 8)]
    sheet = Sheet(entries=("amber", "birch"), marks=marks, seats=7)
    most, least = (7 * int(high), 28) if rule == "sum" else (int(high), 4)
    block = block_of(plan, sheet)
    for given in (marks, columns(plan, sheet), block, Block(block.panel, None, block.single, None)):
        rows = results(plan, msgspec.structs.replace(sheet, marks=given)).rows
        assert [Decimal(row.total) for row in rows] == [most, least]
    if int(high) < 10**6:
        small = block._replace(panel=block.panel.astype(np.int32))
        assert results(plan, msgspec.structs.replace(sheet, marks=small)).rows == rows


def sheet_of(marks, **more) -> Sheet:
    return Sheet(entries=("amber", "birch"), marks=marks, seats=2, **more)


ALL = [
    *(SheetMark(entry, "work", seat, "entered", 8000) for entry in ("amber", "birch") for seat in (1, 2)),
    *(SheetMark(entry, "style", seat, "entered", 4000) for entry in ("amber", "birch") for seat in (1, 2)),
    *(SheetMark(entry, "theory", 0, "entered", 60_000) for entry in ("amber", "birch")),
]


def test_a_block_without_states_has_every_mark(plan):
    listed = results(plan, sheet_of(ALL))
    block = block_of(plan, sheet_of(ALL))
    found = results(plan, sheet_of(Block(block.panel, None, block.single, None)))
    assert [(row.entry, row.total, row.rank) for row in found.rows] == [
        ("amber", "72.00", 1),
        ("birch", "72.00", 1),
    ]
    assert msgspec.json.encode(found, enc_hook=dict) == msgspec.json.encode(listed, enc_hook=dict)


def test_one_number_of_seats_is_that_of_every_entry(plan):
    sheet = sheet_of(ALL[1:])
    same = msgspec.structs.replace(sheet, seats={"amber": 2, "birch": 2})
    assert msgspec.json.encode(results(plan, sheet), enc_hook=dict) == msgspec.json.encode(
        results(plan, same), enc_hook=dict
    )
    assert results(plan, sheet).missing == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"entry": 2}, "knows one of the marks"),
        ({"entry": -1}, "knows one of the marks"),
        ({"aspect": 3}, "knows one of the marks"),
        ({"seat": 0}, "a seat that the panel does not have"),
        ({"seat": 3}, "a seat that the panel does not have"),
        ({"seat": -1}, "a seat that the panel does not have"),
        ({"state": BLANK_STATE}, "neither entered, absent nor not attempted"),
        ({"state": 4}, "neither entered, absent nor not attempted"),
        ({"value": 10_250}, "work is outside its limits"),
        ({"value": -250}, "work is outside its limits"),
        ({"value": 8100}, "work is outside its limits"),
        ({"value": 2**62}, "work is outside its limits"),
        ({"seat": 2}, "two marks for one cell"),
    ],
)
def test_a_column_that_does_not_fit_is_refused(plan, changed, told):
    marks = columns(plan, sheet_of(ALL))
    for name, value in changed.items():
        column = getattr(marks, name).copy()
        column[0] = value
        marks = marks._replace(**{name: column})
    with pytest.raises(SheetProblem, match=told):
        results(plan, sheet_of(marks))


def test_what_is_marked_once_has_no_seat(plan):
    marks = columns(plan, sheet_of(ALL))
    seat = marks.seat.copy()
    seat[-1] = 1
    with pytest.raises(SheetProblem, match="a seat that the panel does not have"):
        results(plan, sheet_of(marks._replace(seat=seat)))


def test_columns_are_of_one_length(plan):
    marks = columns(plan, sheet_of(ALL))
    with pytest.raises(SheetProblem, match="of one length"):
        results(plan, sheet_of(marks._replace(value=marks.value[1:])))


@pytest.mark.parametrize("given", [[1, 1], [3, 2]], ids=["a small panel", "other entries"])
def test_a_smaller_panel_has_no_further_seats(plan, given):
    fewer = {"panels": {("amber", "work"): given[0]}} if given[0] == 1 else {}
    sheet = sheet_of(ALL, **fewer)
    block = block_of(plan, sheet_of(ALL))
    if fewer:
        for marks in (ALL, columns(plan, sheet), block, Block(block.panel, None, block.single, None)):
            with pytest.raises(SheetProblem, match="a seat that the panel does not have"):
                results(plan, msgspec.structs.replace(sheet, marks=marks))
    else:
        with pytest.raises(SheetProblem, match="a cell for every seat, aspect and entry"):
            results(plan, Sheet(entries=("amber", "birch", "cedar"), marks=block, seats=2))


def test_a_blank_is_no_mark_outside_the_limits(plan):
    # Below the lowest mark of an aspect, so its cell cannot be taken for an entered zero.
    block = block_of(plan, sheet_of([one for one in ALL if one.aspect != "style"]))
    assert results(plan, sheet_of(block)).missing == 4
    states = block.panel_states.copy()
    states[0, 1, 0] = ENTERED_STATE
    with pytest.raises(SheetProblem, match="style is outside its limits"):
        results(plan, sheet_of(block._replace(panel_states=states)))


def test_a_block_knows_no_other_states(plan):
    block = block_of(plan, sheet_of(ALL))
    with pytest.raises(SheetProblem, match="neither entered"):
        results(plan, sheet_of(block._replace(panel_states=block.panel_states + 3)))
    with pytest.raises(SheetProblem, match="neither entered"):
        results(plan, sheet_of(block._replace(single_states=block.single_states[:, :1])))
