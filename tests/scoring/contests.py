"""Random contests: a scheme document and a sheet for it, drawn from one seed."""

import json
from collections.abc import Iterator
from random import Random

from scoring import Scheme, Sheet, SheetMark, parse
from tests.scoring import oracle
from tests.scoring.authors import Author
from tests.scoring.oracle import Facts, Tree
from tests.scoring.oracle.tree import by_panel

FEATURES = frozenset({
    "void", "besides", "pass_mark", "optional", "dual", "bonus", "adjustment", "veto", "running", "ratio",
    "best_mark", "then_sum", "panel_standardise", "spread", "standardised", "base", "product", "best", "attempts",
    "carried", "key_places", "key_place_marks", "key_attempts", "key_lot", "key_attribute", "dense", "stages",
    "award_quota", "award_medal", "award_keys", "min_entries", "condition_ends", "condition_attribute",
})  # fmt: skip
"""The words of the language by name; a contest is drawn from those it is given."""
OUTSIDE = ("not_finished", "out_of_competition", "withdrawn", "disqualified", "not_started")


class Contest:
    """A document with a sheet for it. `marks` is {entry: {(aspect, seat): (kind, value)}}."""

    def __init__(
        self,
        seed: int,
        size: int,
        holes: float = 0.0,
        only_rising: bool = False,
        features: frozenset[str] = FEATURES,
    ) -> None:
        dice = self.dice = Random(seed)
        self.features = features
        self.read(Author(dice, size, features, only_rising).document())
        self.entries = tuple(f"entry{n}" for n in range(dice.randint(1, 2 + 2 * size)))
        same = dice.randint(1, 7)
        alike = dice.random() < 0.3
        self.seats = {
            entry: same if alike or dice.random() < 0.75 else dice.randint(1, 7) for entry in self.entries
        }
        self.statuses = {entry: dice.choice(OUTSIDE) for entry in self.entries if dice.random() < 0.07}
        self.panels = {
            (entry, aspect): dice.randint(1, 7)
            for entry in self.entries
            for aspect, node in self.aspects.items()
            if by_panel(node) and not alike and dice.random() < 0.03
        }
        self.lots, self.attributes, self.labels = {}, {}, {}
        if {"key_lot", "key_attribute", "dense", "panel_standardise", "standardised"} & features:
            self.about(dice)
        self.coarse = dice.random() < 0.4
        self.whole = dice.random() < 0.15 and not holes
        """Everything is entered: no judge is absent, nothing is left out."""
        absent = 0 if self.whole else dice.choice([0, 0, 0.15])
        self.marks = {
            entry: self.drawn(entry, holes if dice.random() < 0.7 else 0, absent) for entry in self.entries
        }
        if self.document.get("stages") and not holes:
            self.send_home()

    def read(self, document: dict) -> None:
        """Take this document."""
        self.document = document
        self.scheme: Scheme = parse(json.dumps(document))
        self.aspects = {node["id"]: node for node in Tree(document).aspects}
        assert {one.id: one.by_panel for one in self.scheme.aspects.values()} == {
            id_: by_panel(node) for id_, node in self.aspects.items()
        }

    def about(self, dice: Random) -> None:
        """What is known of entries besides their marks."""

        def some(often: float, draw) -> dict:
            return {entry: draw() for entry in self.entries if dice.random() < often}

        words = ["A", "B", "甲", "10", "9"] if dice.random() < 0.5 else ["10", "9", "-1.5", "07", "9.0"]
        self.attributes = {
            "heat": some(dice.choice([1, 0.8]), lambda: dice.choice("AB")),
            "word": some(0.8, lambda: dice.choice(words)),
            "number": some(0.9, lambda: str(dice.randint(1, 12))),
            "born": some(0.9, lambda: f"19{dice.randint(70, 72)}-0{dice.randint(1, 3)}-01"),
        }
        self.lots = some(dice.choice([0, 0.5, 1]), lambda: dice.randint(1, 5))
        self.labels = some(dice.choice([0, 0.9]), lambda: f"{dice.choice('AB')}{dice.randint(1, 12)}")

    def send_home(self) -> None:
        """Who does not go on is not marked in later stages, where nobody else's score hangs on it."""
        before = oracle.judge(self.document, self.facts())
        together = any(
            node["kind"] == "standardised" or "standardise" in node or node.get("convert", {}).get("by") == "best"
            for node in before.tree.nodes.values()
        )
        if together or not before.order.finished or "places" in json.dumps(self.document["stages"]):
            return
        marks = self.marks
        self.marks = {}
        for entry, own in marks.items():
            needed = oracle.needed_aspects(before.tree, before.order.levels[entry])
            home = self.dice.random() < 0.7
            self.marks[entry] = {
                (aspect, seat): mark
                for (aspect, seat), mark in own.items()
                if not home or aspect in needed or self.aspects[aspect]["kind"] == "veto"
            }
        after = oracle.judge(self.document, self.facts()).order
        if not after.finished or after.levels != before.order.levels:
            self.marks = marks

    def slots(self, entry: str):
        for aspect, node in self.aspects.items():
            seats = self.panels.get((entry, aspect), self.seats[entry])
            for seat in range(1, seats + 1) if by_panel(node) else (0,):
                yield aspect, seat

    def drawn(self, entry: str, holes: float, absent: float) -> dict:
        """The marks of one entry."""
        own: dict = {}
        skipped = self.dice.random() < 0.06
        often_skipped = (0.8 if skipped else 0.04) if "void" in self.features and not self.whole else 0
        for aspect, seat in self.slots(entry):
            often = 0.5 if self.optional(aspect) and not self.whole else holes
            if self.dice.random() < often:
                continue
            drawn = self.mark(aspect, absent if seat else 0, often_skipped)
            if self.aspects[aspect].get("dual") and drawn[0] != "absent" and self.dice.random() < 0.93:
                # Two who count the same thing mostly find the same.
                drawn = next((one for (of, _), one in own.items() if of == aspect and one[0] != "absent"), drawn)
            own[aspect, seat] = drawn
        return own

    def optional(self, aspect: str) -> bool:
        node = self.aspects[aspect]
        return bool(node.get("optional", node["kind"] in ("veto", "adjustment")))

    def mark(self, aspect_id: str, absent: float = 0.0, skipped: float = 0.04):
        aspect = self.scheme.aspects[aspect_id]
        if self.dice.random() < absent:
            return "absent", None
        if self.dice.random() < skipped:
            return "not_attempted", None
        high = 150_000 if aspect.high is None else aspect.high
        steps = (high - aspect.low) // aspect.step
        # Few different marks make many ties.
        taken = self.dice.choice((0, steps // 2, steps)) if self.coarse else self.dice.randint(0, steps)
        return "entered", aspect.low + aspect.step * taken

    def sheet(self, marks=None, entries=None) -> Sheet:
        listed = [
            SheetMark(entry, aspect, seat, kind, value)
            for entry, own in (marks or self.marks).items()
            for (aspect, seat), (kind, value) in own.items()
        ]
        more = {"lots": self.lots, "attributes": self.attributes}
        return Sheet(
            entries=entries or self.entries,
            marks=listed,
            seats=self.seats,
            statuses=self.statuses,
            panels=self.panels,
            labels=self.labels,
            **{word: given for word, given in more.items() if given},
        )

    def facts(self, marks=None) -> Facts:
        """The same for the second scorer."""
        return Facts(
            entries=self.entries,
            marks=marks or self.marks,
            seats=self.seats,
            statuses=self.statuses,
            panels=self.panels,
            lots=self.lots,
            attributes=self.attributes,
            labels=self.labels,
        )

    def completions(self, count: int) -> Iterator[dict]:
        """The marks with every blank filled at random, so often; always the same for the same contest."""
        for seed in range(count):
            self.dice = Random(seed)
            # The ends of what may be entered are where a limit would be too narrow.
            self.coarse = seed % 2 == 0
            yield self.completed()

    def completed(self) -> dict:
        """The marks with every blank filled at random; two who must agree do."""
        return {entry: self.filled(entry, own) for entry, own in self.marks.items()}

    def filled(self, entry: str, own: dict) -> dict:
        new: dict = {}
        for aspect, seat in self.slots(entry):
            drawn = own.get((aspect, seat))
            said = [one for (of, _), one in (*own.items(), *new.items()) if of == aspect and one[0] != "absent"]
            if drawn is None:
                if self.optional(aspect) and not said:
                    # Where there need not be one, blank is an answer.
                    continue
                drawn = self.mark(aspect, 0.2 if seat else 0, 0.04 if "void" in self.features else 0)
                if self.aspects[aspect].get("dual") and said:
                    drawn = said[0]
            new[aspect, seat] = drawn
        return new
