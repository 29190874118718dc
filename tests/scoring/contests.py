"""Random contests: a scheme document and a sheet for it, drawn from one seed."""

import json
from random import Random

from scoring import Scheme, Sheet, SheetMark, parse


def number(dice: Random, low: int, high: int, places: int = 2) -> str:
    value = dice.randint(low * 10**places, high * 10**places)
    whole, rest = divmod(abs(value), 10**places)
    return ("-" if value < 0 else "") + (f"{whole}.{rest:0{places}d}" if places else str(whole))


class Author:
    """Writes a random document."""

    def __init__(self, dice: Random, size: int, only_rising: bool = False) -> None:
        self.dice, self.size, self.only_rising, self.ids = dice, size, only_rising, 0

    def document(self) -> dict:
        root = self.sum(0)
        for key in ("weight", "sign", "counts"):
            root.pop(key, None)
        nodes = list(self.below(root))
        singles = {n["id"] for n in nodes if n["kind"] not in ("sum", "panel", "judgement")}
        ranking = {}
        if not self.only_rising:
            keys = [
                {
                    "node": node["id"],
                    "order": self.dice.choice(["high", "low"]),
                    "of": self.dice.choice(["score", "mark"]) if node["id"] in singles else "score",
                }
                for node in self.dice.sample(nodes, min(len(nodes), self.dice.randint(0, 2)))
            ]
            ranking = {
                "keys": keys,
                "order": self.dice.choice(["high", "high", "low"]),
                "ties": self.dice.choice(["shared", "must_break"]),
            }
        return {"root": root, "ranking": ranking, "shows": self.dice.randint(0, 4)}

    def below(self, node: dict):
        yield node
        for part in node.get("parts", ()):
            yield from self.below(part)

    def common(self, name: str) -> dict:
        self.ids += 1
        dice, node = self.dice, {"id": f"{name}{self.ids}", "name": f"节点 {self.ids}"}
        if dice.random() < 0.5:
            node["weight"] = dice.choice(
                ["0.3", "0.7", "0.333333", "2", "0", number(dice, 0, 3, dice.randint(0, 3))]
            )
        if dice.random() < 0.2 and not self.only_rising:
            node["sign"] = "minus"
        if dice.random() < 0.15:
            node["counts"] = False
        if dice.random() < 0.2:
            node["factor"] = number(dice, 0, 3, dice.randint(0, 2))
        if dice.random() < 0.2:
            node["cap"] = number(dice, 3, 40)
        if dice.random() < 0.2:
            node["floor"] = number(dice, -5, 3)
        if dice.random() < 0.5:
            node["places"] = dice.randint(0, 3)
        return node

    def sum(self, depth: int) -> dict:
        dice = self.dice
        parts = []
        for _ in range(dice.randint(1, 1 + self.size)):
            parts.append(self.sum(depth + 1) if depth < 2 and dice.random() < 0.25 else self.aspect())
        parts[0].pop("counts", None)
        return {"kind": "sum", **self.common("S"), "parts": parts}

    def aspect(self) -> dict:
        kinds = ["panel", "panel", "panel", "judgement", "pass_fail", "completed", "imported", "amount"]
        if not self.only_rising:
            kinds += ["difference", "choice", "tolerance", "penalty", "linear", "table"]
        kind = self.dice.choice(kinds)
        return {**self.common("A"), **getattr(self, kind)()}

    def panel(self) -> dict:
        dice, step = self.dice, self.dice.choice(["1", "0.5", "0.25", "0.1", "0.05"])
        low = 0 if self.only_rising else dice.choice([0, 0, 1, -3])
        node = {"kind": "panel", "low": str(low), "high": str(dice.randint(low + 1, 10)), "step": step}
        take = dice.choice(["mean", "trimmed", "trimmed", "median", "sum"])
        node["rule"] = {"take": take}
        least = 1
        if take == "trimmed":
            node["rule"] |= {"low": dice.randint(0, 2), "high": dice.randint(0, 2)}
            least += node["rule"]["low"] + node["rule"]["high"]
        if dice.random() < 0.3:
            node["min_judges"] = least + dice.randint(0, 2)
        return node

    def judgement(self) -> dict:
        node = {"kind": "judgement", "max": number(self.dice, 1, 3), "descriptors": ["0", "1", "2", "3"]}
        if self.dice.random() < 0.3:
            node["min_judges"] = self.dice.randint(1, 3)
        return node

    def pass_fail(self) -> dict:
        return {"kind": "pass_fail", "max": number(self.dice, 1, 3)}

    def completed(self) -> dict:
        return {"kind": "completed", "max": number(self.dice, 1, 3), "possible": self.dice.randint(1, 7)}

    def imported(self) -> dict:
        return {"kind": "imported", "high": "100", "step": self.dice.choice(["1", "0.5", "0.001"])}

    def amount(self) -> dict:
        low = "0" if self.only_rising else self.dice.choice(["0", "-20"])
        return {"kind": "amount", "low": low, "high": "50"}

    def difference(self) -> dict:
        dice = self.dice
        return {
            "kind": "difference",
            "max": number(dice, 1, 3),
            "target": number(dice, 0, 20),
            "per": number(dice, 1, 3),
            "deduction": number(dice, 0, 1),
            "count": dice.choice(["exact", "started", "whole"]),
            "high": "30",
            "step": "0.1",
        }

    def choice(self) -> dict:
        options = [
            {"label": f"选 {at}", "points": number(self.dice, -2, 5)} for at in range(self.dice.randint(2, 4))
        ]
        return {"kind": "choice", "options": options}

    def tolerance(self) -> dict:
        dice = self.dice
        ranges = [
            {"below": number(dice, 0, 3), "above": number(dice, 0, 3), "points": number(dice, 0, 4)}
            for _ in range(2)
        ]
        return {"kind": "tolerance", "target": number(dice, 5, 15), "ranges": ranges, "high": "20", "step": "0.01"}

    def penalty(self) -> dict:
        node = {"kind": "penalty", "high": str(self.dice.randint(1, 9)), "step": self.dice.choice(["1", "0.5"])}
        if self.dice.random() < 0.5:
            node |= {"each": number(self.dice, 0, 2), "step": "1"}
        return node

    def linear(self) -> dict:
        dice = self.dice
        least = dice.randint(-3, 2)
        rule = {
            "by": "linear",
            "at": number(dice, 10, 90),
            "points": number(dice, 0, 9),
            "per": number(dice, 1, 9),
            "over": number(dice, -2, 2),
            "under": number(dice, -2, 2),
            "count": dice.choice(["exact", "started", "whole"]),
            "least": str(least),
            "most": str(least + dice.randint(0, 9)),
        }
        return {"kind": "quantity", "convert": rule, **dice.choice([{}, {"high": "120"}]), "step": "0.5"}

    def table(self) -> dict:
        dice = self.dice
        rows = [{"to": str(edge), "points": number(dice, -1, 9)} for edge in sorted(dice.sample(range(100), 3))]
        rule = {"by": "table", "rows": rows, "beyond": number(dice, 0, 1)}
        return {"kind": "quantity", "convert": rule, "high": "120", "step": "0.5"}


class Contest:
    """A document with a sheet for it. `marks` is {entry: {(aspect, seat): (kind, value)}}."""

    def __init__(self, seed: int, size: int, holes: float = 0.0, only_rising: bool = False) -> None:
        self.dice = Random(seed)
        self.document = Author(self.dice, size, only_rising).document()
        self.scheme: Scheme = parse(json.dumps(self.document))
        self.entries = tuple(f"entry{n}" for n in range(self.dice.randint(1, 2 + 2 * size)))
        same = self.dice.randint(1, 7)
        self.seats = {
            entry: self.dice.choice([same, same, same, self.dice.randint(1, 7)]) for entry in self.entries
        }
        self.statuses = {entry: "not_finished" for entry in self.entries if self.dice.random() < 0.05}
        absent = self.dice.choice([0, 0, 0.15])
        self.marks = {
            entry: {
                slot: self.mark(slot[0], absent if slot[1] else 0)
                for slot in self.slots(entry)
                if self.dice.random() >= holes
            }
            for entry in self.entries
        }

    def slots(self, entry: str):
        for aspect in self.scheme.aspects.values():
            for seat in range(1, self.seats[entry] + 1) if aspect.by_panel else (0,):
                yield aspect.id, seat

    def mark(self, aspect_id: str, absent: float = 0.0):
        aspect = self.scheme.aspects[aspect_id]
        if self.dice.random() < absent:
            return "absent", None
        if self.dice.random() < 0.04:
            return "not_attempted", None
        high = 150_000 if aspect.high is None else aspect.high
        return "entered", aspect.low + aspect.step * self.dice.randint(0, (high - aspect.low) // aspect.step)

    def sheet(self, marks=None, entries=None) -> Sheet:
        listed = [
            SheetMark(entry, aspect, seat, kind, value)
            for entry, own in (marks or self.marks).items()
            for (aspect, seat), (kind, value) in own.items()
        ]
        return Sheet(entries=entries or self.entries, marks=listed, seats=self.seats, statuses=self.statuses)

    def completed(self) -> dict:
        """The marks with every blank filled at random."""
        return {
            entry: {slot: own.get(slot) or self.mark(slot[0], 0.2 if slot[1] else 0) for slot in self.slots(entry)}
            for entry, own in self.marks.items()
        }
