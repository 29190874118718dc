"""Marks kept in their cells while they change are the sheet that all of them together would be."""

from random import Random

import msgspec
import pytest

from contest.actions.results import Layout
from contest.model.contest import Session
from contest.model.mark import WHOLE_PANEL
from contest.model.panel import Panel, Seat
from contest.model.people import Entry, EntryKind
from contest.store.queries.results import CountedMark
from realtime.cells import Cells
from scoring import SheetProblem, results
from tests.scoring.sheets import panel, points, scheme

PLAN = scheme(points("theory"), panel("work", step="1"), panel("style", step="1"), points("finish"))
HALL = {"contest": "c", "event": "e"}
SEATS = {"first": ("f1", "f2", "f3"), "second": ("s1", "s2")}


def layout(*sessions: Session) -> Layout:
    """Two panels: the first of three judges marks the works, the second of two the style."""
    panels = [Panel(id=id_, name=id_, seats=seats(id_), **HALL) for id_ in SEATS]
    entries = [Entry(id=id_, kind=EntryKind.COMPETITOR, name=id_, **HALL) for id_ in ("birch", "amber", "cedar")]
    return Layout(PLAN, entries, sessions, panels, blind=False)


def seats(panel: str) -> tuple[Seat, ...]:
    return tuple(Seat(id=id_, panel=panel, number=number, **HALL) for number, id_ in enumerate(SEATS[panel], 1))


def session(id_: str, panel: str, *aspects: str) -> Session:
    return Session(
        id=id_, stage="final", name=id_, panel=panel, aspects=aspects, entries=("amber", "birch", "cedar"), **HALL
    )


def numbers(sheet) -> bytes:
    return msgspec.json.encode(results(PLAN, sheet), enc_hook=dict)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_changes_the_sheet_is_that_of_all_marks_together(seed):
    dice = Random(seed)
    ground = layout(session("one", "first", "work", "theory"), session("two", "second", "style", "finish"))
    cells, counting = Cells(ground), {}
    slots = [
        (sitting, entry, aspect, seat)
        for sitting, panel, judged, once in (
            ("one", "first", "work", "theory"),
            ("two", "second", "style", "finish"),
        )
        for entry in ("amber", "birch", "cedar")
        for aspect, seats in ((judged, SEATS[panel]), (once, (WHOLE_PANEL,)))
        for seat in seats
    ]
    # These belong to nobody who is known, to no seat of the panel, and to no aspect.
    strays = [("one", "dogwood", "work", "f1"), ("two", "amber", "style", "f3"), ("one", "amber", "speed", "f1")]
    for _ in range(12):
        changed = {}
        for slot in dice.sample(slots + strays, dice.randint(0, 12)):
            kind = dice.choice(["entered", "entered", "entered", "absent", "not_attempted", "erased"])
            value = 1000 * dice.randint(0, 10) if kind == "entered" else None
            changed[slot] = (kind, value)
        counting |= changed
        before = cells.sheet()
        told = numbers(before)
        cells.keep(changed)
        assert numbers(cells.sheet()) == numbers(
            ground.laid_out(CountedMark(*slot, *mark) for slot, mark in counting.items())
        )
        assert numbers(before) == told


def test_a_cell_is_held_by_one_slot_at_a_time():
    ground = layout(session("one", "first", "work"), session("again", "first", "work"))
    one, again = (("one", "amber", "work", "f1"), ("again", "amber", "work", "f1"))
    cells = Cells(ground)
    cells.keep({one: ("entered", 4000)})
    with pytest.raises(SheetProblem, match="two marks for one cell"):
        cells.keep({again: ("entered", 5000)})
    cells.keep({again: ("entered", 5000), one: ("erased", None)})
    assert cells.sheet().marks.panel.sum() == 9000 - 4000


def test_a_mark_of_a_seat_is_none_for_the_whole_panel_and_the_other_way_round():
    ground = layout(session("one", "first", "work", "theory"))
    for slot in (("one", "amber", "work", WHOLE_PANEL), ("one", "amber", "theory", "f1")):
        with pytest.raises(SheetProblem, match="a seat that the panel does not have"):
            Cells(ground).keep({slot: ("entered", 4000)})
