"""Random scheme documents: every word of the language, valid by construction, as dense as contests never are."""

from random import Random

from tests.scoring.ranking_authors import RankingAuthor
from tests.scoring.writing import Writer, number

PANEL_KINDS = ("panel", "panel", "panel", "judgement")
RISING_KINDS = ("pass_fail", "completed", "imported", "amount")
OTHER_KINDS = ("difference", "choice", "tolerance", "penalty", "linear", "table")
NEW_KINDS = ("bonus", "adjustment", "veto", "running", "ratio", "best_mark")
COMPOSED = ("product", "best", "attempts", "carried", "standardised")


class Author(Writer):
    """Writes a random document of at most so many aspects."""

    def __init__(self, dice: Random, size: int, features: frozenset[str], only_rising: bool = False) -> None:
        super().__init__(dice, features, only_rising)
        self.size = size
        self.budget = 3 + 5 * size
        self.done: list[str] = []
        """Ids of nodes that are finished, as they will read when everything is written out."""

    def document(self) -> dict:
        root = self.sum(0)
        for key in ("weight", "sign", "counts"):
            root.pop(key, None)
        judges = RankingAuthor(self.dice, self.features, self.only_rising, root)
        ranking = judges.ranking()
        document = {"root": root, "ranking": ranking, "shows": self.dice.randint(0, 4)}
        if awards := judges.awards():
            document["awards"] = awards
        if stages := judges.stages(ranking.get("order", "high")):
            document["stages"] = stages
        return document

    # ---- combinations -------------------------------------------------------------------------------------

    def node(self, depth: int, *, plain: bool = False, above_zero: bool = False) -> dict:
        """Any node. `plain`: no weight, no minus, it counts; `above_zero`: it never reaches below zero."""
        composed = [kind for kind in COMPOSED if self.has(kind)]
        if self.only_rising:
            composed = [kind for kind in composed if kind in ("product", "best", "attempts", "carried")]
        if "carried" in composed and not self.done:
            composed.remove("carried")
        roll = self.dice.random()
        if depth < 3 and self.budget > 0 and roll < 0.2:
            node = self.sum(depth + 1)
        elif depth < 3 and composed and self.budget > 0 and roll < 0.45:
            node = getattr(self, self.dice.choice(composed))(depth + 1)
        else:
            node = self.aspect(plain=plain)
        if plain:
            for word in ("weight", "sign", "counts"):
                node.pop(word, None)
            if node["kind"] == "penalty":
                node["sign"] = "plus"
        if above_zero:
            node["floor"] = "0"
            if node.get("cap", "0").startswith("-"):
                del node["cap"]
        if node["kind"] != "veto":
            self.done.append(node["id"])
        return node

    def sum(self, depth: int) -> dict:
        count = self.dice.randint(1, 1 + self.size)
        if self.has("key_place_marks", 0.1):
            return {"kind": "sum", **self.common("S"), "parts": [self.place() for _ in range(count)]}
        parts = [self.node(depth) for _ in range(count)]
        if all(part["kind"] == "veto" for part in parts):
            parts.append(self.node(4))
        for part in parts:
            part.pop("counts", None) if part is parts[0] else None
        node = {"kind": "sum", **self.common("S"), "parts": parts}
        if self.has("base", 0.25):
            node["base"] = number(self.dice, -3, 10)
        return node

    def place(self) -> dict:
        """A place that was taken somewhere else."""
        node = {**self.common("A"), "kind": "imported", "low": "1", "high": "4", "step": "1"}
        node.pop("counts", None)
        self.budget -= 1
        self.done.append(node["id"])
        return node

    def product(self, depth: int) -> dict:
        parts = [self.node(depth, plain=True, above_zero=True) for _ in range(self.dice.randint(2, 3))]
        return {"kind": "product", **self.common("P"), "parts": parts}

    def best(self, depth: int) -> dict:
        parts = [self.node(depth, plain=True) for _ in range(self.dice.randint(1, 3))]
        return {"kind": "best", **self.common("B"), "parts": parts, **self.taking(len(parts))}

    def attempts(self, depth: int) -> dict:
        times, before = self.dice.randint(2, 3), len(self.done)
        spent = self.budget
        self.budget = min(self.budget, 4)
        of = self.node(max(depth, 2), plain=True)
        self.budget = spent - (4 - self.budget) * times
        # Nobody outside may name what is inside by the id it was written with.
        del self.done[before:]
        return {"kind": "attempts", **self.common("T"), "of": of, "times": times, **self.taking(times)}

    def taking(self, parts: int) -> dict:
        chosen = {"take": self.dice.randint(1, parts)} if self.dice.random() < 0.8 else {}
        if self.dice.random() < 0.5:
            chosen["from"] = self.dice.choice(["high", "low"])
        if self.dice.random() < 0.5:
            chosen["then"] = self.dice.choice(["sum", "mean"])
        return chosen

    def carried(self, depth: int) -> dict:
        return {"kind": "carried", **self.common("C"), "node": self.dice.choice(self.done)}

    def standardised(self, depth: int) -> dict:
        of = self.node(depth, plain=True)
        return {"kind": "standardised", **self.common("Z"), "of": of, **self.scale()}

    # ---- aspects ------------------------------------------------------------------------------------------

    def aspect(self, *, plain: bool = False) -> dict:
        kinds = [*PANEL_KINDS, *RISING_KINDS]
        if not self.only_rising:
            kinds += [*OTHER_KINDS, *(kind for kind in NEW_KINDS if self.has(kind))]
        elif self.has("bonus"):
            kinds.append("bonus")
        if plain:
            kinds = [kind for kind in kinds if kind != "veto"]
        kind = self.dice.choice(kinds)
        node = {**self.common("A"), **getattr(self, kind)()}
        self.budget -= node.get("times", 1)
        if kind == "veto":
            for word in ("factor", "cap", "floor", "pass_mark", "failing"):
                node.pop(word, None)
        single = kind not in ("panel", "judgement", "running")
        if single and self.has("optional", 0.15):
            node["optional"] = self.dice.random() < 0.8
        if single and self.has("dual", 0.15) and not self.only_rising:
            node["dual"] = True
        if kind == "veto" and node.get("effect", "zero") == "zero" and self.dice.random() < 0.5 and self.done:
            node["node"] = self.dice.choice(self.done)
        return node
