"""The order of entries: by total, then by the keys the scheme names; equal in all is a shared rank.

Rank = 1 + number of entries that are strictly better, among entries of the same completeness: while marking runs,
those with all their marks are ranked among themselves and the others follow by their points so far. The order of
input never matters: where entries are equal in everything, the rows of a list stand by the numbers printed for
them (A2 before A10), and those without a number by entry id.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.convert import Whole
from scoring.plan import Plan
from scoring.prizes import Key
from scoring.scheme import Scheme
from scoring.sheet import ENTERED_STATE, IN_COMPETITION, Grid, Sheet
from scoring.total import POINTS, Tally

LISTED_AFTER = ("out_of_competition", "not_finished", "not_started", "disqualified", "withdrawn")
"""Statuses in the order in which they stand below the ranked entries."""


class Standing(NamedTuple):
    """Where one entry stands. `column` is its place in the sheet."""

    column: int
    place: int
    rank: int | None
    shared: bool
    last: int
    """The last position of its tie: rank 3 shared by two ends at 4."""
    broken_by: str
    rival: int | None
    """The entry with the same total from which the key named in `broken_by` tells it apart."""


class Order(NamedTuple):
    """All entries, best first."""

    standings: tuple[Standing, ...]
    complete: bool
    """Nothing is missing that a rank in competition needs."""
    ranked: int
    entries: int
    """Everyone but those who withdrew or stand out of competition."""
    open_ties: int


def order(scheme: Scheme, plan: Plan, grid: Grid, tally: Tally, sheet: Sheet) -> Order:
    """Order all entries; rank those that can be compared: the complete ones, or all where the scheme says so."""
    statuses = [sheet.statuses.get(entry, IN_COMPETITION) for entry in sheet.entries]
    competing = np.array([status == IN_COMPETITION for status in statuses], dtype=np.bool_)
    columns = _columns(scheme, plan, grid, tally)
    last = [LISTED_AFTER.index(status) + 1 if status in LISTED_AFTER else 9 for status in statuses]
    known = needed_known(scheme, plan, tally)
    behind = np.where(known | scheme.ranking.rank_incomplete, -1, 0)
    groups = np.where(competing, behind, np.array(last, dtype=np.int64))
    sequence = np.lexsort((_as_listed(sheet), *reversed(columns), groups))
    among = int(competing.sum())
    ranked = among if scheme.ranking.rank_incomplete else int((competing & known).sum())
    ties = _ties(columns, sequence[:ranked])
    behind_them = _ties(columns, sequence[ranked:among], after=ranked)
    keys = ("", *(key.node for key in scheme.ranking.keys for _ in range(2)))
    standings, open_ties = [], 0
    for tie, (first, end) in enumerate((*ties, *behind_them)):
        ranking = first < ranked
        broken_by, rival = _deciding(columns, sequence, ties, tie, keys) if ranking else ("", None)
        open_ties += ranking and end - first > 1
        standings += [
            Standing(
                column=int(sequence[at]),
                place=at + 1,
                rank=first + 1 if ranking else None,
                shared=ranking and end - first > 1,
                last=end,
                broken_by=broken_by,
                rival=rival,
            )
            for at in range(first, end)
        ]
    standings += [
        Standing(int(sequence[at]), at + 1, None, False, at + 1, "", None) for at in range(among, len(sequence))
    ]
    return Order(
        standings=tuple(standings),
        complete=bool(known[competing].all()),
        ranked=ranked,
        entries=sum(status not in ("withdrawn", "out_of_competition") for status in statuses),
        open_ties=open_ties if scheme.ranking.ties == "must_break" else 0,
    )


def natural(label: str) -> str:
    """Return what a number printed for people is sorted by: as they count, A2 before A10."""
    # How many digits a run has stands before them, so that texts compare as the numbers do.
    return _DIGITS.sub(lambda run: chr(len(run[1])) + run[1], label)


_DIGITS = re.compile("0*([0-9]+)")


def _as_listed(sheet: Sheet) -> npt.NDArray[np.int64]:
    """For each entry its place in a list by the numbers printed for them; the others follow by id."""
    labels = [sheet.labels.get(entry, "") for entry in sheet.entries]
    keys = [(not label, natural(label), label, entry) for label, entry in zip(labels, sheet.entries, strict=True)]
    places = np.empty(len(keys), dtype=np.int64)
    places[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return places


def needed(scheme: Scheme) -> tuple[str, ...]:
    """The aspects that a rank needs: those of the total, and those the ranking keys ask for."""
    wanted = {id_ for id_ in scheme.aspects if scheme.aspects[id_].counts}
    for key in scheme.ranking.keys:
        wanted |= _below(scheme, key.node)
    return tuple(id_ for id_ in scheme.aspects if id_ in wanted)


def _below(scheme: Scheme, node: str) -> set[str]:
    if node in scheme.aspects:
        return {node}
    parts = getattr(scheme.nodes[node].node, "parts", ())
    return set().union(*(_below(scheme, part.id) for part in parts if part.counts))


def needed_known(scheme: Scheme, plan: Plan, tally: Tally) -> npt.NDArray[np.bool_]:
    """For each entry: everything its rank needs is known."""
    rows = [plan.rows[id_] for id_ in needed(scheme)]
    complete: npt.NDArray[np.bool_] = np.logical_and.reduce(tally.known[rows], axis=0)
    return complete


def _columns(scheme: Scheme, plan: Plan, grid: Grid, tally: Tally) -> list[Whole]:
    """What entries are compared by, smaller first: the total, and for each key whether and how it is answered."""
    total = tally.lane(plan.rows[scheme.root.id], POINTS)
    columns = [_sortable(-total if scheme.ranking.order == "high" else total)]
    for key in scheme.ranking.keys:
        answer, unanswered = _answer(key, plan, grid, tally)
        columns += [unanswered, _sortable(-answer if key.order == "high" else answer)]
    return columns


def _answer(key: Key, plan: Plan, grid: Grid, tally: Tally) -> tuple[Whole, Whole]:
    """A key's number for each entry, and whether there is none: who was not measured stands behind who was."""
    answer = tally.lane(plan.rows[key.node], POINTS)
    unanswered = ~tally.known[plan.rows[key.node]]
    column = plan.single_columns.get(key.node)
    if column is not None:
        unanswered = grid.single_states[column] != ENTERED_STATE
        if key.of == "mark":
            answer = grid.single[column]
    return np.where(unanswered, 0, answer), unanswered.astype(np.int64)


def _sortable(numbers: Whole) -> Whole:
    """Numbers as int64 in the same order, however large they are."""
    if numbers.dtype != np.int64:
        return np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    return numbers


def _ties(columns: list[Whole], sequence: npt.NDArray[np.intp], after: int = 0) -> list[tuple[int, int]]:
    """Runs of equal entries, as first and one past the last position; `after` so many others."""
    if not len(sequence):
        return []
    table = np.stack(columns)[:, sequence]
    starts = [0, *(np.flatnonzero((table[:, 1:] != table[:, :-1]).any(axis=0)) + 1).tolist()]
    ends = [*starts[1:], len(sequence)]
    return [(after + start, after + end) for start, end in zip(starts, ends, strict=True)]


def _deciding(
    columns: list[Whole],
    sequence: npt.NDArray[np.intp],
    ties: list[tuple[int, int]],
    tie: int,
    keys: tuple[str, ...],
) -> tuple[str, int | None]:
    """The key that told this tie apart from the one above, or else below, with the same total."""
    here = sequence[ties[tie][0]]
    for other in (tie - 1, tie + 1):
        if 0 <= other < len(ties):
            rival = sequence[ties[other][0]]
            differs = next(at for at, column in enumerate(columns) if column[here] != column[rival])
            if differs:
                return keys[differs], int(rival)
    return "", None
