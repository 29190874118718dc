"""The results of an event: the one function between marks and numbers, for screens and for workbooks alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec
import numpy as np

from scoring.advancement import STATES
from scoring.cells import grid
from scoring.exact import printed
from scoring.field import NO_RESULT
from scoring.plan import Plan, plan
from scoring.prospects import prospects
from scoring.ranking import Order, Standing, Tie, awaited, needed, order
from scoring.remarks import Remark, remarks
from scoring.scheme import NodeLine, Placed, Scheme
from scoring.sheet import IN_COMPETITION, Grid, Sheet, judges_of
from scoring.tables import tables
from scoring.team.results import TeamResults
from scoring.titles import Prizes, prizes
from scoring.total import LEAST, MOST, POINTS, Seen, Tally, tally

SHOWN_OUTSIDE = ("out_of_competition",)
"""Statuses outside the ranking whose totals are still shown."""


class Print(NamedTuple):
    """How the score of a node is printed: with how many places, and 1 or −1 times its value."""

    places: int
    sign: int


class Scores(Mapping[str, str | None]):
    """The printed score of every node of one entry; None while it is unknown, and where none was given.

    What is taken away is printed below zero, so that a row shows what each score does to the total.
    """

    __slots__ = ("_column", "_plan", "_prints", "_tally")

    def __init__(self, plan: Plan, tally: Tally, prints: Mapping[str, Print], column: int) -> None:
        self._plan, self._tally, self._prints, self._column = plan, tally, prints, column

    def __getitem__(self, node: str) -> str | None:
        row, column = self._plan.rows[node], self._column
        if not self._tally.known.item(row, column) or self._tally.neutral.item(row, column):
            return None
        places, sign = self._prints[node]
        value: int = self._tally.values.item(row, POINTS, column)
        return printed(sign * value, self._plan.denominators[row], places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._prints)

    def __len__(self) -> int:
        return len(self._prints)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type[dict[str, str | None]], tuple[dict[str, str | None]]]:
        # Another process gets the printed numbers, not the arrays behind them.
        return dict, (dict(self),)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the results. Numbers are printed as the scheme says, a score that is taken away below zero.

    `total` is None while a counting mark is missing; `points` are those of what is complete; `best` and `worst`
    are the totals still possible. `complete` of `aspects` are marked, of those a rank needs. A rank is None
    outside the competition and while a mark of the entry is missing: the complete are ranked among themselves.
    `gap` is the exact distance to the total of the first, printed; None for the first and for who has no rank.
    `excluded` names the pass marks and vetoes that keep the entry out of the ranking; `no_result` among them says
    that there is nothing to rank it by. Where the scheme has stages, `stage` is the one reached last, and
    `advances` says for every stage whether the entry goes on: `through`, `possible`, `out`, or nothing. While
    marking runs, `prospects` says the same of awards by rank.
    """

    entry: str
    place: int
    rank: int | None
    shared: bool
    status: str
    total: str | None
    points: str
    complete: int
    aspects: int
    best: str | None
    worst: str | None
    scores: Mapping[str, str | None]
    awards: tuple[str, ...] = ()
    tie_broken_by: str = ""
    gap: str | None = None
    excluded: tuple[str, ...] = ()
    stage: str = ""
    advances: tuple[str, ...] = ()
    prospects: Mapping[str, str] = {}


class StageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A stage in words, whether it is decided who goes on, and how many places lead on where that is a number."""

    id: str
    name: str
    name_en: str
    decided: bool
    places: int | None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """The results of an event, best first, with what is still open."""

    rows: tuple[Result, ...]
    columns: tuple[NodeLine, ...]
    awards: tuple[NodeLine, ...]
    open_ties: int
    missing: int
    remarks: tuple[Remark, ...] = ()
    """The marks that the rules ask for again, worst first."""
    ties: tuple[Tie, ...] = ()
    """The ties that must be broken and are not."""
    stages: tuple[StageLine, ...] = ()
    teams: tuple[TeamResults, ...] = ()


class Computed(NamedTuple):
    """Everything computed of an event, as numbers: what rows print and what explanations tell."""

    scheme: Scheme
    sheet: Sheet
    plan: Plan
    grid: Grid
    tally: Tally
    order: Order
    prizes: Prizes

    @property
    def awards(self) -> Mapping[int, tuple[str, ...]]:
        """The awards of each entry that has any, by its column in the sheet."""
        return self.prizes.given

    def score(self, node: str | None, column: int) -> Fraction | None:
        """The exact score of a node (None: the total) of one entry; None while it is unknown."""
        row = self.plan.rows[node or self.scheme.root.id]
        if not self.tally.known[row, column]:
            return None
        return Fraction(int(self.tally.values[row, POINTS, column]), self.plan.denominators[row])


def results(scheme: Scheme, sheet: Sheet) -> Results:
    """Score and rank a whole event.

    Raises SheetProblem when the sheet does not fit the scheme.
    """
    computed = compute(scheme, sheet)
    wanted = [computed.plan.rows[id_] for id_ in needed(scheme)]
    waits = awaited(computed.order)
    missing = computed.tally.missing[wanted] * waits
    prints = {id_: Print(placed.places, -1 if _taken_away(placed) else 1) for id_, placed in scheme.nodes.items()}
    # What need not be marked makes nothing more complete.
    must = np.array([not scheme.aspects[id_].optional for id_ in needed(scheme)], dtype=np.bool_)
    asked = waits & must[:, np.newaxis]
    complete = ((missing == 0) & asked).sum(axis=0).tolist()
    aspects = asked.sum(axis=0).tolist()
    foreseen = prospects(computed.order)
    return Results(
        rows=tuple(
            _row(computed, standing, prints, (complete[standing.column], aspects[standing.column]), foreseen)
            for standing in computed.order.standings
        ),
        columns=scheme.columns,
        awards=tuple(NodeLine(id=one.id, name=one.name, name_en=one.name_en) for one in scheme.awards),
        open_ties=computed.order.open_ties,
        missing=int(missing[:, computed.grid.competing].sum()),
        remarks=remarks(computed.plan, computed.grid),
        ties=computed.order.ties,
        teams=tables(computed),
        stages=tuple(
            StageLine(
                id=one.stage.id,
                name=one.stage.name,
                name_en=one.stage.name_en,
                decided=one.decided,
                places=one.cut,
            )
            for one in computed.order.outcomes
        ),
    )


def compute(scheme: Scheme, sheet: Sheet, trace: dict[str, Seen] | None = None) -> Computed:
    """Compute an event without printing it; `trace` collects the steps on the way."""
    layout = plan(scheme, judges_of(sheet))
    cells = grid(scheme, layout, sheet)
    values = tally(layout, cells, trace)
    ordered = order(scheme, layout, cells, values, sheet)
    return Computed(scheme, sheet, layout, cells, values, ordered, prizes(scheme.awards, ordered))


def _taken_away(placed: Placed) -> bool:
    """Whether the node above subtracts this one; what is only recorded takes nothing away."""
    return placed.node.sign == "minus" and placed.node.counts


def _row(
    computed: Computed,
    standing: Standing,
    prints: Mapping[str, Print],
    marked: tuple[int, int],
    foreseen: Sequence[Mapping[str, str]],
) -> Result:
    scheme, layout, column = computed.scheme, computed.plan, standing.column
    ordered = computed.order
    entry = computed.sheet.entries[column]
    status = computed.sheet.statuses.get(entry, IN_COMPETITION)
    root = layout.rows[scheme.root.id]

    denominator, places, tally = layout.denominators[root], scheme.places, computed.tally

    def total(lane: int) -> str:
        return printed(tally.lane(root, lane).item(column), denominator, places)

    def gap() -> str:
        totals = tally.lane(root, POINTS)
        return printed(abs(totals.item(ordered.sequence[0]) - totals.item(column)), denominator, places)

    shown = status == IN_COMPETITION or status in SHOWN_OUTSIDE
    excluded = ordered.excluded.get(column, ())
    # No time is not the time 0, whoever has none.
    nothing = scheme.ranking.order == "low" and tally.void.item(root, column)
    has_total = shown and not nothing and NO_RESULT not in excluded
    last = ordered.levels[column] == len(ordered.questions) - 1
    best, worst = (MOST, LEAST) if scheme.ranking.order == "high" else (LEAST, MOST)
    return Result(
        entry=entry,
        place=standing.place,
        rank=standing.rank,
        shared=standing.shared,
        status=status,
        total=total(POINTS) if has_total and tally.known.item(root, column) else None,
        points=total(POINTS),
        complete=marked[0],
        aspects=marked[1],
        best=total(best) if shown else None,
        worst=total(worst) if shown else None,
        scores=Scores(layout, tally, prints, column),
        awards=computed.awards.get(column, ()),
        tie_broken_by=standing.broken_by,
        gap=gap() if standing.rank is not None and standing.rank > 1 and last else None,
        excluded=excluded,
        stage=ordered.outcomes[ordered.levels[column]].stage.id if ordered.outcomes else "",
        advances=tuple(STATES[one.states[column]] for one in ordered.outcomes),
        prospects=foreseen[column],
    )
