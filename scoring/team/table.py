"""The table: which entries of a group count, what they come to, and the order of the groups.

Rank = 1 + number of groups strictly better. While results are missing, groups that have all of theirs are ranked
among themselves and the others follow by their points so far. The order of input never matters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal, NamedTuple

from scoring.exact import exact, half_up
from scoring.team.asking import Answer, Asking, asked
from scoring.team.awarding import Ranked, awarded
from scoring.team.lines import lines, serving
from scoring.team.placings import Placing, PlacingProblem, by_event
from scoring.team.rulings import Rulings
from scoring.team.words import Pick, TeamTable
from scoring.team.worth import Line, Verdict

Unranked = Literal["", "pending", "few", "short", "zero", "nothing", "outside"]
"""Why a group has no rank: results missing, too few entries in all or in an event, no points, nothing that counts,
set outside by hand. In this order they are listed."""
_LISTED = ("", "pending", "short", "few", "zero", "nothing", "outside")


class Tie(NamedTuple):
    """Groups that nothing told apart."""

    rank: int
    groups: tuple[str, ...]


class Standing(NamedTuple):
    """Where a group stands. `points` is None where there is nothing to count; then there is no rank either."""

    group: str
    place: int
    rank: int | None
    shared: bool
    first: int
    last: int
    """The first and last position of its tie: rank 3 shared by two goes from 3 to 4."""
    points: Fraction | None
    scored: Fraction | None
    """Its points without bonuses, before rounding."""
    given: Fraction
    unranked: Unranked
    lines: tuple[Line, ...]
    answers: tuple[Answer, ...]
    decided: int | None
    """The key of the table that told it apart from `rival`, where the first did not."""
    rival: str | None
    awards: tuple[str, ...] = ()


class Standings(NamedTuple):
    """All groups, best first, with what is still open. Points of lines are whole numbers over `unit`."""

    table: TeamTable
    rulings: Rulings
    groups: tuple[Standing, ...]
    complete: bool
    """No result is missing that the table needs."""
    pending: int
    ranked: int
    open_ties: tuple[Tie, ...]
    unit: int

    def of(self, group: str) -> Standing:
        """Return where a group stands.

        Raises PlacingProblem when it is not in the table.
        """
        for standing in self.groups:
            if standing.group == group:
                return standing
        raise PlacingProblem(group, "表中没有这个单位。", "This group is not in the table.")


class Score(NamedTuple):
    """What a group comes to."""

    lines: list[Line]
    points: Fraction | None
    scored: Fraction | None
    given: Fraction
    unranked: Unranked


def standings(table: TeamTable, placings: Iterable[Placing], rulings: Rulings | None = None) -> Standings:
    """Compute the table of all groups that have an entry or a bonus.

    Raises PlacingProblem when rows or rulings do not fit together.
    """
    rulings = rulings or Rulings()
    events = by_event(placings)
    _check(table, events, rulings)
    found = lines(table, events, rulings)
    given = _given(table, rulings)
    outside = {one.group for one in rulings.outside}
    groups = sorted({*found.groups, *given} - {""})
    scores = {}
    for group in groups:
        own = found.groups.get(group, [])
        reason = _pick(table, own)
        if group in outside:
            reason = "outside"
        scores[group] = _score(table, own, found.unit, given.get(group, Fraction(0)), reason)
    pending = sum(line.verdict == "pending" for own in found.groups.values() for line in own)
    ordered = _order(table, scores, rulings)
    ranked = sum(standing.rank is not None for standing in ordered)
    complete = not pending
    prizes = _prizes(table, ordered) if complete else {}
    besides = {one.group: one.awards for one in rulings.outside}
    ordered = [one._replace(awards=(*prizes.get(one.group, ()), *besides.get(one.group, ()))) for one in ordered]
    open_ties = tuple(_open_ties(ordered)) if table.ties == "must_break" else ()
    return Standings(table, rulings, tuple(ordered), complete, pending, ranked, open_ties, found.unit)


# ---- which entries count ------------------------------------------------------------------------------------


def _pick(table: TeamTable, own: list[Line]) -> Unranked:
    """Let only those count that the table picks; returns why the group may have no rank."""
    sign = -1 if table.order == "high" else 1
    serves = serving(table)

    def best_first(line: Line) -> tuple[Any, ...]:
        return (sign * line.points, line.place is None, line.place, *serves(line))

    reason: Unranked = ""
    if table.each_event != Pick():
        entered: defaultdict[str, list[Line]] = defaultdict(list)
        for line in own:
            if line.verdict == "counted":
                entered[line.row.event].append(line)
        for members in entered.values():
            members.sort(key=best_first)
            if _keep(table.each_event, members, "each_event", "short"):
                reason = "short"
    if table.over_all != Pick():
        members = sorted((line for line in own if line.verdict == "counted"), key=best_first)
        if _keep(table.over_all, members, "over_all", "few"):
            reason = "few"
    return "pending" if any(line.verdict == "pending" for line in own) and not table.rank_incomplete else reason


def _keep(pick: Pick, members: list[Line], beyond: Verdict, few: Verdict) -> bool:
    """Take the best; True when there are too few of them for a rank."""
    if len(members) < pick.need:
        for line in members:
            if pick.fewer == "nothing":
                line.verdict = few
        return pick.fewer == "unranked"
    for line in members[pick.take :] if pick.take else ():
        line.verdict = beyond
    return False


def _score(table: TeamTable, own: list[Line], unit: int, given: Fraction, reason: Unranked) -> Score:
    counted = [line for line in own if line.verdict == "counted"]
    scored: Fraction | None = Fraction(sum(line.points for line in counted), unit)
    match table.then:
        case "per_entry":
            number = len(counted)
        case "per_event":
            number = len({line.row.event for line in counted})
        case _:
            number = 1 if counted or table.order == "high" else 0
    scored = scored / number if scored is not None and number else None
    if scored is None:
        return Score(own, None, None, given, reason or "nothing")
    points = scored + given
    if table.places is not None:
        points = half_up(points, table.places)
    if not points and table.zero == "unranked":
        reason = reason or "zero"
    return Score(own, points, scored, given, reason)


def _given(table: TeamTable, rulings: Rulings) -> dict[str, Fraction]:
    worth = {bonus.id: bonus.points for bonus in table.bonuses}
    given: defaultdict[str, Fraction] = defaultdict(Fraction)
    for one in rulings.given:
        each = worth[one.bonus] if one.bonus is not None else one.points
        given[one.group] += exact(each or "0") * one.times
    return given


def _check(table: TeamTable, events: Mapping[str, list[Placing]], rulings: Rulings) -> None:
    """Every decision by hand is about something that is there."""
    bonuses, awards = {bonus.id for bonus in table.bonuses}, {award.id for award in table.awards}
    for given in rulings.given:
        if (given.bonus is None) == (given.points is None):
            raise PlacingProblem(
                given.group, "加减分要么写项目，要么写数额。", "Name either a bonus or an amount of points."
            )
        if given.bonus is not None and given.bonus not in bonuses:
            raise PlacingProblem(
                given.group, f"没有加分项目“{given.bonus}”。", f"There is no bonus “{given.bonus}”."
            )
    entries = {(event, row.entry) for event, rows in events.items() for row in rows}
    for struck in rulings.struck:
        if (struck.event, struck.entry) not in entries:
            raise PlacingProblem(
                struck.event, f"没有参赛者“{struck.entry}”。", f"There is no entry “{struck.entry}”."
            )
    for outside in rulings.outside:
        if unknown := set(outside.awards) - awards:
            raise PlacingProblem(
                outside.group, f"没有奖项“{min(unknown)}”。", f"There is no award “{min(unknown)}”."
            )


# ---- the order of groups ------------------------------------------------------------------------------------


def _order(table: TeamTable, scores: Mapping[str, Score], rulings: Rulings) -> list[Standing]:
    asking, keys = Asking(table, rulings), asked(table)
    answers = {
        group: tuple(asking.answer(key, group, score.points, score.lines) for key in keys)
        for group, score in scores.items()
    }

    def best_first(group: str) -> tuple[Any, ...]:
        return (_LISTED.index(scores[group].unranked), tuple(one.order for one in answers[group]))

    ties = [sorted(tied) for _, tied in groupby(sorted(scores, key=best_first), key=best_first)]
    ordered: list[Standing] = []
    number = 0
    for at, tied in enumerate(ties):
        unranked = scores[tied[0]].unranked
        number += 1 if table.ties == "dense" else len(ordered) + 1 - number
        decided, rival = _deciding(answers, scores, ties, at) if not unranked else (None, None)
        first, last = len(ordered) + 1, len(ordered) + len(tied)
        for place, group in enumerate(tied, first):
            score = scores[group]
            ordered.append(
                Standing(
                    group=group,
                    place=place,
                    rank=None if unranked else number,
                    shared=not unranked and len(tied) > 1,
                    first=place if unranked else first,
                    last=place if unranked else last,
                    points=score.points,
                    scored=score.scored,
                    given=score.given,
                    unranked=unranked,
                    lines=tuple(score.lines),
                    answers=answers[group],
                    decided=decided,
                    rival=rival,
                )
            )
    return ordered


def _deciding(
    answers: Mapping[str, tuple[Answer, ...]], scores: Mapping[str, Score], ties: list[list[str]], at: int
) -> tuple[int | None, str | None]:
    """The key that told this tie apart from the one above, or else below, where the first key did not."""
    here = answers[ties[at][0]]
    for other in (at - 1, at + 1):
        if 0 <= other < len(ties) and not scores[ties[other][0]].unranked:
            rival = ties[other][0]
            differs = next(key for key, answer in enumerate(here) if answer.order != answers[rival][key].order)
            if differs:
                return differs, rival
    return None, None


def _prizes(table: TeamTable, ordered: list[Standing]) -> dict[str, tuple[str, ...]]:
    ranked = [
        Ranked(
            group=one.group,
            rank=one.rank,
            first=one.first,
            last=one.last,
            points=one.points or Fraction(0),
        )
        for one in ordered
        if one.rank is not None
    ]
    groups = sum(one.unranked != "outside" for one in ordered)
    return awarded(table.awards, ranked, groups, table.ties)


def _open_ties(ordered: list[Standing]) -> Iterable[Tie]:
    for rank, tied in groupby((one for one in ordered if one.shared), key=lambda one: one.rank):
        yield Tie(rank or 0, tuple(one.group for one in tied))
