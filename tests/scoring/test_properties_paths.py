"""One result by every path: whole numbers of 64 bits or of any length, marks listed or in columns."""

import sys

import msgspec
import numpy as np

from scoring import results
from scoring.plan import plan
from scoring.sheet import Block, Marks, Sheet, judges_of
from tests.scoring.contests import Contest
from tests.scoring.oracle.tree import by_panel
from tests.scoring.shrinking import agrees
from tests.scoring.test_properties import contests

STATES = {"entered": 1, "absent": 2, "not_attempted": 3}


def test_numbers_too_large_for_int64_take_the_slow_path_with_the_same_results():
    for seed, contest, dice in contests(70_000, 250):
        # A counted quantity a million million times larger than needed leaves nothing for 64 bits.
        huge = {
            "kind": "amount", "id": "huge", "name": "大", "high": "999999999", "step": "0.001",
            "weight": "999999.999999", "factor": "999999.999999", "places": 4,
        }  # fmt: skip
        whole = {"kind": "sum", "id": "whole", "name": "总", "parts": [contest.document["root"], huge]}
        contest.read({**contest.document, "root": whole})
        for own in contest.marks.values():
            own["huge", 0] = ("entered", dice.randint(0, 999_999_999_000))
        assert plan(contest.scheme, judges_of(contest.sheet())).dtype is object, seed
        agrees(contest, told=f"seed {seed}")


def test_whole_numbers_of_any_length_give_the_results_of_64_bits(monkeypatch):
    compared = [
        (seed, contest, results(contest.scheme, contest.sheet()))
        for seed, contest, _ in contests(75_000, 250, holes=0.05)
    ]
    module = sys.modules["scoring.results"]
    monkeypatch.setattr(module, "plan", lambda scheme, judges: plan(scheme, judges)._replace(dtype=object))
    for seed, contest, found in compared:
        assert results(contest.scheme, contest.sheet()) == found, seed


def test_marks_in_columns_and_in_blocks_give_the_results_of_listed_ones():
    for seed, contest, dice in contests(77_000, 250, holes=0.05):
        listed = contest.sheet()
        found = results(contest.scheme, listed)
        assert results(contest.scheme, in_columns(contest, listed, dice)) == found, seed
        assert results(contest.scheme, in_block(contest, listed)) == found, seed


def in_columns(contest: Contest, listed: Sheet, dice) -> Sheet:
    """The same sheet with its marks as arrays, in any order."""
    entries, aspects = list(listed.entries), list(contest.scheme.aspects)
    marks = dice.sample(list(listed.marks), len(listed.marks))
    return msgspec.structs.replace(
        listed,
        marks=Marks(
            entry=np.array([entries.index(mark.entry) for mark in marks], dtype=np.int64),
            aspect=np.array([aspects.index(mark.aspect) for mark in marks], dtype=np.int64),
            seat=np.array([mark.seat for mark in marks], dtype=np.int64),
            state=np.array([STATES[mark.kind] for mark in marks], dtype=np.uint8),
            # What stands beside a mark that is not entered means nothing.
            value=np.array([dice.randint(-5, 5) if m.value is None else m.value for m in marks], dtype=np.int64),
        ),
    )


def in_block(contest: Contest, listed: Sheet) -> Sheet:
    """The same sheet with its marks as they lie in its cells."""
    entries = list(listed.entries)
    panels = [one for one in contest.scheme.aspects if by_panel(contest.aspects[one])]
    singles = [one for one in contest.scheme.aspects if not by_panel(contest.aspects[one])]
    panel = np.zeros((judges_of(listed), len(panels), len(entries)), dtype=np.int64)
    single = np.zeros((len(singles), len(entries)), dtype=np.int64)
    panel_states, single_states = np.zeros(panel.shape, dtype=np.uint8), np.zeros(single.shape, dtype=np.uint8)
    for entry, aspect, seat, kind, value in listed.marks:
        column = entries.index(entry)
        if seat:
            cell = (seat - 1, panels.index(aspect), column)
            panel[cell], panel_states[cell] = value or 0, STATES[kind]
        else:
            cell = (singles.index(aspect), column)
            single[cell], single_states[cell] = value or 0, STATES[kind]
    blocks = Block(
        panel,
        None if (panel_states == STATES["entered"]).all() else panel_states,
        single,
        None if (single_states == STATES["entered"]).all() else single_states,
    )
    return msgspec.structs.replace(listed, marks=blocks)
