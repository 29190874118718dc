"""Small contests in stages, and all the ways in which the marks that are missing can turn out."""

import json
from itertools import product
from random import Random

from scoring import Scheme, parse
from scoring.advancement import STATES
from scoring.prospects import prospects
from scoring.results import Computed, compute
from tests.scoring.sheets import points, sheet

PRELIMINARY, FINAL = points("first", name="预赛成绩"), points("second", name="决赛成绩")


def staged(advance, preliminary=None, *, awards=(), keys=(), order="high", final=None, ranking=None) -> Scheme:
    """A preliminary and a final that adds up both."""
    parts = [preliminary or PRELIMINARY, final or FINAL]
    first = {"id": "pre", "name": "预赛", "name_en": "Heats", "node": "first", "order": order, "keys": list(keys)}
    last = {"id": "fin", "name": "决赛", "name_en": "Final", "node": "total", "order": order}
    document = {
        "root": {"kind": "sum", "id": "total", "name": "总分", "parts": parts},
        "ranking": {"order": order, **(ranking or {})},
        "stages": [{**first, "advance": advance} if advance else first, last],
        "awards": list(awards),
    }
    return parse(json.dumps(document))


class Running:
    """A contest of which up to four marks are missing."""

    def __init__(self, seed: int, *, plain: bool = False, prizes: bool = False) -> None:
        self.dice, self.plain, self.prizes = Random(seed), plain, prizes
        self.entries = [f"e{at}" for at in range(self.dice.randint(3, 6))]
        self.low = not plain and self.dice.random() < 0.3
        self.scheme = self._scheme()
        self.heats = {entry: self.dice.choice("123") for entry in self.entries if self.dice.random() < 0.9}
        self.lots = {entry: self.dice.randint(1, 4) for entry in self.entries if self.dice.random() < 0.7}
        slots = [(entry, aspect) for entry in self.entries for aspect in ("first", "second", "extra")]
        self.marks = {slot: self._mark() for slot in slots}
        wanted = [slot for slot in slots if not plain or prizes or slot[1] == "first"]
        self.blank = self.dice.sample(wanted, min(len(wanted), self.dice.randint(1, 3)))

    def _mark(self):
        return self.dice.choice([0, 1, 2, 3, 3, "not_attempted"] if not self.plain else [0, 1, 2, 3])

    def _scheme(self) -> Scheme:
        dice = self.dice
        number = {"kind": "amount", "high": "3"}
        first = {**number, "id": "first", "name": "一"}
        second = {**number, "id": "second", "name": "二"}
        extra = {**number, "id": "extra", "name": "三", "counts": False}
        if not self.plain and dice.random() < 0.3:
            first |= {"pass_mark": "1", "failing": dice.choice(["unranked", "no_award", "zero"])}
        stages = [{"id": "pre", "name": "预", "node": "first", "advance": self._cut()}]
        if not self.plain:
            stages[0]["keys"] = self._keys()
            stages += [{"id": "mid", "name": "中", "node": "second", "advance": self._cut()}]
        stages += [{"id": "fin", "name": "终", "node": "total"}]
        document = {
            "root": {"kind": "sum", "id": "total", "name": "总", "parts": [first, second, extra]},
            "ranking": {"keys": [] if self.plain else self._keys()},
            "stages": [{**one, "order": "low" if self.low else "high"} for one in stages],
        }
        if self.prizes:
            document["stages"] = [] if self.plain or dice.random() < 0.6 else document["stages"]
            document["awards"] = self._awards()
        document["ranking"]["order"] = "low" if self.low else "high"
        return parse(json.dumps(document))

    def _cut(self) -> dict:
        dice = self.dice
        ties = dice.choice(["extend", "trim"])
        cuts = [
            {"by": "rank", "to": dice.randint(1, 3), "ties": ties},
            {
                "by": "ratio",
                "ratio": dice.choice(["0.3", "0.5"]),
                "ties": ties,
                "of": dice.choice(["ranked", "entries"]),
            },
            {"by": "first_half", "ties": ties, "rounding": dice.choice(["floor", "ceil"])},
            {"by": "score", "at_least": "2"},
            {"by": "score", "at_most": "1", "node": "extra"},
            {"by": "heats", "to": dice.randint(0, 2), "also": dice.randint(1, 2), "ties": ties},
        ]
        return cuts[0] if self.plain else dice.choice(cuts)

    def _keys(self) -> list:
        every = [
            {"node": "extra", "order": "low"},
            {"of": "lot"},
            {"node": "total", "of": "places"},
            {"node": "second", "of": "mark"},
        ]
        return self.dice.sample(every, self.dice.choice([0, 0, 1, 2]))

    def _awards(self) -> list:
        dice = self.dice
        first = {"id": "first", "name": "一", "rule": {"by": "rank", "to": 1}}
        ties = "extend" if self.plain else dice.choice(["extend", "trim"])
        second = {"id": "second", "name": "二", "rule": {"by": "rank", "from": 2, "to": 3, "ties": ties}}
        title = {"id": "title", "name": "三", "rule": {"by": "rank", "to": 2}, "besides": True}
        if not self.plain:
            first["rule"]["ties"] = dice.choice(["extend", "trim"])
            second["keys"] = self._keys()
            title["all_of"] = dice.choice([[], [{"node": "extra", "at_least": "2"}]])
        return [first, second, title]

    def computed(self, more=()) -> Computed:
        there = {**{slot: mark for slot, mark in self.marks.items() if slot not in self.blank}, **dict(more)}
        given = {entry: {} for entry in self.entries}
        for (entry, aspect), mark in there.items():
            given[entry][aspect] = mark
        return compute(self.scheme, sheet(given, attributes={"heat": self.heats}, lots=self.lots))

    def completions(self):
        marks = [0, 1, 2, 3] if self.plain else [0, 1, 2, 3, "not_attempted"]
        for filled in product(marks, repeat=len(self.blank)):
            yield self.computed(zip(self.blank, filled, strict=True))

    def states(self, computed: Computed | None = None) -> dict:
        """For each entry how it stands at the end of every stage."""
        outcomes = (computed or self.computed()).order.outcomes
        return {
            entry: [STATES[one.states[column]] for one in outcomes] for column, entry in enumerate(self.entries)
        }

    def in_every_completion(self) -> dict:
        """For each entry and stage: whether it is through in all completions, and in any."""
        seen = [self.states(one) for one in self.completions()]
        assert not any(state == "possible" for one in seen for states in one.values() for state in states)
        through = {
            entry: list(zip(*([state == "through" for state in one[entry]] for one in seen), strict=True))
            for entry in self.entries
        }
        return {entry: [(all(stage), any(stage)) for stage in own] for entry, own in through.items()}

    def prospects(self) -> dict:
        return dict(zip(self.entries, prospects(self.computed().order), strict=True))

    def won_in_completions(self) -> dict:
        """For each entry and award: whether it is won in all completions, and in any."""
        seen = [one.awards for one in self.completions()]
        return {
            (entry, award.id): (all(own), any(own))
            for column, entry in enumerate(self.entries)
            for award in self.scheme.awards
            for own in [[award.id in awards.get(column, ()) for awards in seen]]
        }
