"""Why a group stands where it stands: from its place through its points to every entry, counted or not.

Nothing is calculated here that decides anything: the steps are read off the standings that the table computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby

from scoring.exact import exact, plain
from scoring.explain import Step
from scoring.saying import Said
from scoring.team.asking import asked
from scoring.team.results import print_points, shown_places
from scoring.team.rulings import Given
from scoring.team.table import Standing, Standings
from scoring.team.telling import award_said, key_said, unranked_said, verdict_said
from scoring.team.worth import Line

Names = Mapping[str, str]
"""What events, entries and groups are called; what is not named is called by its id."""


def explain(found: Standings, group: str, names: Names | None = None) -> tuple[Step, ...]:
    """Tell why a group stands where it stands.

    Raises PlacingProblem when it is not in the table.
    """
    return tuple(Account(found, found.of(group), names or {}).steps())


class Account:
    """The story of one group."""

    def __init__(self, found: Standings, standing: Standing, names: Names) -> None:
        self._found, self._standing, self._names = found, standing, names
        self._table = found.table
        self._places = shown_places(found)

    def steps(self) -> Iterator[Step]:
        """From the place down to the single entry."""
        yield self._step(0, self._standing.group, self._place())
        if self._standing.rival is not None:
            yield self._step(0, self._standing.group, self._tie(self._standing.rival))
        if self._standing.shared:
            yield self._step(0, self._standing.group, self._shared())
        yield from self._awards()
        yield self._step(0, self._table.id, self._points())
        for given in self._found.rulings.given:
            if given.group == self._standing.group:
                yield self._step(1, given.bonus or self._table.id, self._given(given))
        for event, lines in groupby(self._sorted(), key=lambda line: line.row.event):
            yield from self._event(event, list(lines))

    def _sorted(self) -> list[Line]:
        """By event, counted before not counted, best first."""
        sign = -1 if self._table.order == "high" else 1
        return sorted(
            self._standing.lines,
            key=lambda line: (
                line.row.event,
                line.verdict != "counted",
                sign * line.points,
                line.place is None,
                line.place or 0,
                line.row.entry,
            ),
        )

    def _step(self, depth: int, node: str, said: Said) -> Step:
        return Step(depth=depth, node=node, zh=said.zh, en=said.en)

    def _name(self, ref: str) -> str:
        return self._names.get(ref, ref)

    def _print(self, points: Fraction) -> str:
        return print_points(points, self._places)

    def _place(self) -> Said:
        one = self._standing
        if one.rank is None:
            outside = next((ruling for ruling in self._found.rulings.outside if ruling.group == one.group), None)
            return unranked_said(self._table, one.unranked, outside)
        shared = Said("并列", "shared ") if one.shared else Said("", "")
        better = one.first - 1
        said = shared.then(
            f"第 {one.rank} 名，共 {self._found.ranked} 个；有 {better} 个更优",
            f"rank {one.rank} of {self._found.ranked}; {better} strictly better",
        )
        if self._found.complete:
            return said
        return said.then("（尚有成绩未定，名次可能变化）", " (results are missing, may change)")

    def _tie(self, rival: str) -> Said:
        """What decided between groups that were equal in everything asked before."""
        at = self._standing.decided or 0
        key = asked(self._table)[at]
        other = self._found.of(rival)
        said = Said(f"与“{self._name(rival)}”", f"level with “{self._name(rival)}” ")
        first = asked(self._table)[0]
        equal = key_said(self._table, first, self._standing.answers[0], None, self._name)
        said = said.then(f"{equal.zh} 相同，", f"on {equal.en}, ")
        words = key_said(self._table, key, self._standing.answers[at], other.answers[at], self._name)
        return said.then(f"由{words.zh}决出", f"decided by {words.en}")

    def _shared(self) -> Said:
        one = self._standing
        others = [
            self._name(other.group)
            for other in self._found.groups
            if other.rank == one.rank and other.group != one.group
        ]
        said = Said(f"与{'、'.join(others)}处处相同", f"equal in everything to {', '.join(others)}")
        if self._table.ties != "must_break":
            return said
        return said.then("，须抽签决出", "; lots must be drawn")

    def _awards(self) -> Iterator[Step]:
        besides = {
            award
            for ruling in self._found.rulings.outside
            if ruling.group == self._standing.group
            for award in ruling.awards
        }
        for award in self._table.awards:
            if award.id in self._standing.awards:
                yield self._step(0, award.id, award_said(award, by_hand=award.id in besides))

    def _points(self) -> Said:
        """How points became one number."""
        one, table = self._standing, self._table
        counted = [line for line in one.lines if line.verdict == "counted"]
        if one.points is None or one.scored is None:
            return Said("没有计入的成绩", "nothing counts")
        total = sum((self._worth(line) for line in counted), Fraction(0))
        said = Said(f"计入 {len(counted)} 项，合计 {plain(total)}", f"{len(counted)} count, sum {plain(total)}")
        if table.then == "per_entry":
            said = said.then(
                f" / {len(counted)} = {plain(one.scored)}", f" / {len(counted)} = {plain(one.scored)}"
            )
        if table.then == "per_event":
            entered = len({line.row.event for line in counted})
            said = said.then(
                f"，参加 {entered} 项，平均 {plain(one.scored)}", f", mean of {entered} events {plain(one.scored)}"
            )
        if one.given:
            sign = "+" if one.given > 0 else "−"
            amount = plain(abs(one.given))
            said = said.then(f"，加减分 {sign} {amount}", f", bonuses {sign} {amount}")
        if table.places is not None:
            said = said.then(f"，四舍五入到 {table.places} 位", f", rounded to {table.places} places")
        return said.then(f"；积分 {self._print(one.points)}", f"; points {self._print(one.points)}")

    def _given(self, given: Given) -> Said:
        bonus = next((bonus for bonus in self._table.bonuses if bonus.id == given.bonus), None)
        each = exact((bonus.points if bonus else given.points) or "0")
        name = Said(bonus.name, bonus.name_en or bonus.name) if bonus else Said("裁定", "by decision")
        times = f" × {given.times}" if given.times > 1 else ""
        sign = "+" if each >= 0 else "−"
        amount = f"{sign}{plain(abs(each))}{times}"
        return name.then(f" {amount}：{given.reason}", f" {amount}: {given.reason_en or given.reason}")

    def _event(self, event: str, lines: list[Line]) -> Iterator[Step]:
        worth = sum((self._worth(line) for line in lines if line.verdict == "counted"), Fraction(0))
        words = next((words for words in self._table.events if words.event == event), None)
        times = f"（× {words.weight}）" if words and exact(words.weight) != 1 else ""
        times_en = f" (× {words.weight})" if times and words else ""
        name = self._name(event)
        yield self._step(1, event, Said(f"{name}{times}：{plain(worth)}", f"{name}{times_en}: {plain(worth)}"))
        points = words.points if words and words.points else self._table.points
        for line in lines:
            said = verdict_said(self._table, points, line, self._worth(line), self._found.rulings)
            entry = self._name(line.row.entry)
            yield self._step(2, line.row.entry, Said(f"{entry}：{said.zh}", f"{entry}: {said.en}"))

    def _worth(self, line: Line) -> Fraction:
        return Fraction(line.points, self._found.unit)
