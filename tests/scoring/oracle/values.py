"""The value of every node of every entry, and whether it is known, void, or none was given."""

from fractions import Fraction
from typing import NamedTuple

from tests.scoring.oracle.aspects import fewest, finished, points_of_one, points_of_panel
from tests.scoring.oracle.numbers import number
from tests.scoring.oracle.scales import scaler
from tests.scoring.oracle.tree import is_optional, taken_away

ZERO = Fraction(0)


class Worth(NamedTuple):
    """What a node is worth to an entry; while it is not known, the points so far."""

    value: Fraction
    known: bool
    void: bool = False
    given: bool = True
    measured: bool = True
    """Whether there is a number that goes through factor, cap, floor, rounding and pass mark."""

    @property
    def no_result(self):
        """Whether it is known that there is none."""
        return self.known and self.void

    @property
    def answered(self):
        return self.known and not self.void and self.given


NOTHING_YET = Worth(ZERO, False, measured=False)


def nothing(known):
    """No result, or none so far."""
    return Worth(ZERO, known, void=known, measured=False)


class One(NamedTuple):
    """The one mark of an aspect marked once: its kind (blank, entered, not_attempted), number, missing marks."""

    kind: str
    value: Fraction | None
    missing: int
    differs: bool = False


class Values:
    """All worths of a contest, node by node, when they are asked for."""

    def __init__(self, tree, facts):
        self.tree, self.facts = tree, facts
        self.worths, self.ones, self.marks_missing, self.failed = {}, {}, {}, {}

    def competing(self):
        return [e for e in self.facts.entries if self.facts.statuses.get(e, "entered") == "entered"]

    def entered(self):
        """How many there are, without those who withdrew or stand out of competition."""
        statuses = [self.facts.statuses.get(entry, "entered") for entry in self.facts.entries]
        return sum(status not in ("withdrawn", "out_of_competition") for status in statuses)

    def group(self, by, entry):
        """Who is measured together: entries with the same value of an attribute."""
        return self.facts.attributes.get(by, {}).get(entry, "") if by else ""

    def of(self, node_id):
        """The worth of a node to each entry."""
        if node_id not in self.worths:
            node = self.tree.nodes[node_id]
            raw = getattr(self, "_" + node["kind"], self._once)(node)
            self.worths[node_id] = {entry: self._settled(node, entry, raw[entry]) for entry in self.facts.entries}
        return self.worths[node_id]

    def missing(self, node_id):
        """How many marks of an aspect each entry misses."""
        self.of(node_id)
        return self.marks_missing[node_id]

    # ---- what every node goes through --------------------------------------------------------------------

    def _settled(self, node, entry, raw):
        value, known = raw.value, raw.known
        struck = False
        for veto in self.tree.vetoes.get(node["id"], ()):
            one = self.one(veto)[entry]
            known = known and not one.missing
            struck = struck or (one.kind == "entered" and one.value == 1)
        if raw.measured:
            value = finished(node, value) if raw.given else ZERO
        if raw.known:
            value = self._passed(node, entry, value)
        return Worth(ZERO if struck else value, known, raw.void, raw.given)

    def _passed(self, node, entry, value):
        if node.get("pass_mark") is None or value >= Fraction(node["pass_mark"]):
            return value
        failing = node.get("failing", "zero")
        self.failed.setdefault(failing, {}).setdefault(entry, set()).add(node["id"])
        return ZERO if failing == "zero" else value

    # ---- aspects marked once ------------------------------------------------------------------------------

    def one(self, node):
        """The one mark of an aspect for each entry."""
        if node["id"] not in self.ones:
            read = self._dual if node.get("dual") else self._single
            self.ones[node["id"]] = {entry: read(node, entry) for entry in self.facts.entries}
        return self.ones[node["id"]]

    def _single(self, node, entry):
        kind, value = self.facts.marks[entry].get((node["id"], 0), ("blank", None))
        if kind in ("blank", "absent"):
            return One("blank", None, 0 if is_optional(node) else 1)
        return One(kind, Fraction(value, 1000) if kind == "entered" else None, 0)

    def _dual(self, node, entry):
        got = self.facts.panel(node["id"], entry)
        said = [one for one in got if one is not None and one[0] != "absent"]
        blanks = got.count(None)
        if is_optional(node) and not said:
            return One("blank", None, 0)
        if not blanks and len(said) >= 2 and len(set(said)) == 1:
            kind, value = said[0]
            return One(kind, Fraction(value, 1000) if kind == "entered" else None, 0)
        return One("blank", None, max(1, blanks), differs=not blanks and len(set(said)) > 1)

    def _once(self, node):
        ones = self.one(node)
        self.marks_missing[node["id"]] = {entry: one.missing for entry, one in ones.items()}
        rule = node.get("convert", {})
        best, complete = None, True
        if rule.get("by") == "best":
            own = [ones[entry] for entry in self.competing()]
            complete = not any(one.missing for one in own)
            entered = [one.value for one in own if one.kind == "entered"]
            best = (max if rule.get("better", "high") == "high" else min)(entered) if entered else None
        return {entry: self._worth_of_one(node, one, best, complete) for entry, one in ones.items()}

    def _worth_of_one(self, node, one, best, complete):
        if one.missing:
            return NOTHING_YET._replace(given=node["kind"] != "veto")
        if one.kind == "blank":
            return Worth(ZERO, True, given=False)
        if one.kind == "not_attempted":
            return Worth(ZERO, complete, void=complete)
        # So far, while marks of others are missing: by the best so far.
        return Worth(points_of_one(node, one.value, best), complete, given=node["kind"] != "veto")

    # ---- aspects that every judge marks -------------------------------------------------------------------

    def _panel(self, node):
        scale = node.get("standardise") if node["kind"] == "panel" else None
        missing, worths = {}, {}
        seats = {entry: self.facts.panel(node["id"], entry) for entry in self.facts.entries}
        scalers = self._scalers(node, scale, seats) if scale else None
        for entry, got in seats.items():
            present = [one for one in got if one is None or one[0] != "absent"]
            missing[entry] = max(got.count(None), fewest(node) - len(present), 0)
            if missing[entry]:
                worths[entry] = NOTHING_YET
                continue
            void = all(one[0] == "not_attempted" for one in present)
            marks, whole = [_entered(one) for one in present], True
            if scale:
                group = self.group(scale.get("by", ""), entry)
                mine = [(*scalers[group, seat], one) for seat, one in enumerate(got)]
                whole = all(settled for _, settled, _ in mine)
                marks = [to_scale(_entered(one)) for to_scale, _, one in mine if one[0] != "absent"]
            worths[entry] = Worth(points_of_panel(node, marks), whole, void and whole)
        self.marks_missing[node["id"]] = missing
        return worths

    _judgement = _panel

    def _scalers(self, node, scale, seats):
        """For each group and seat what puts a mark on the scale, and whether nobody misses that seat's mark."""
        found = {}
        by = scale.get("by", "")
        for group in {self.group(by, entry) for entry in self.facts.entries}:
            for seat in range(max(map(len, seats.values()), default=0)):
                marks = [
                    seats[entry][seat]
                    for entry in self.competing()
                    if self.group(by, entry) == group and len(seats[entry]) > seat
                ]
                said = [_entered(one) for one in marks if one is not None and one[0] != "absent"]
                found[group, seat] = scaler(scale, said), None not in marks
        return found

    # ---- combinations -------------------------------------------------------------------------------------

    def _parts(self, node):
        return [part for part in node["parts"] if part.get("counts", True)]

    def _sum(self, node):
        parts, worths = self._parts(node), {}
        for entry in self.facts.entries:
            value, own = number(node, "base", 0), [self.of(part["id"])[entry] for part in parts]
            for part, one in zip(parts, own, strict=True):
                value += (-1 if taken_away(part) else 1) * number(part, "weight", 1) * one.value
            known = all(one.known for one in own)
            void = all(one.void or not one.given for one in own) and any(one.void for one in own)
            worths[entry] = nothing(known) if void else Worth(value, known)
        return worths

    def _product(self, node):
        worths = {}
        for entry in self.facts.entries:
            own = [self.of(part["id"])[entry] for part in self._parts(node)]
            value = Fraction(1)
            for one in own:
                value *= one.value
            known = all(one.known for one in own)
            void = any(one.void for one in own)
            worths[entry] = nothing(known) if void else Worth(value, known)
        return worths

    def _best(self, node):
        take, low = node.get("take", 1), node.get("from", "high") == "low"
        mean = node.get("then", "sum") == "mean"
        worths = {}
        for entry in self.facts.entries:
            own = [self.of(part["id"])[entry] for part in self._parts(node)]
            known = all(one.known for one in own)
            there = [one for one in own if not one.void and one.given]
            void = len(there) < (take if low else 1)
            valued = sorted((one.value for one in there if one.known or not low), reverse=not low)
            value = ZERO if low and len(valued) < take else sum(valued[:take], ZERO)
            worths[entry] = nothing(known) if void else Worth(value / take if mean else value, known)
        return worths

    def _carried(self, node):
        inner = self.of(node["node"])
        return {
            entry: nothing(one.known) if one.void else Worth(one.value, one.known) for entry, one in inner.items()
        }

    def _standardised(self, node):
        inner, by, worths = self.of(node["of"]["id"]), node.get("by", ""), {}
        for group in {self.group(by, entry) for entry in self.facts.entries}:
            members = [entry for entry in self.facts.entries if self.group(by, entry) == group]
            competing = [inner[entry] for entry in self.competing() if entry in set(members)]
            to_scale = scaler(node, [one.value for one in competing if one.known and not one.void])
            whole = all(one.known for one in competing)
            for entry in members:
                one = inner[entry]
                if one.void:
                    worths[entry] = nothing(one.known and whole)
                elif one.known:
                    # So far, while marks of others are missing: among those who are known so far.
                    worths[entry] = Worth(to_scale(one.value), whole)
                else:
                    worths[entry] = Worth(ZERO, False)
        return worths


def _entered(one):
    """A judge's number; not attempted counts as nothing."""
    return Fraction(one[1], 1000) if one[0] == "entered" else ZERO
