"""Random rankings, awards and stages for a tree of nodes."""

from fractions import Fraction
from random import Random

from tests.scoring.oracle.tree import below, is_aspect, parts_of, written_out
from tests.scoring.writing import number


def holds_places(node: dict) -> bool:
    """Whether an aspect has one mark, a whole number from 0."""
    kind = node["kind"]
    if kind in ("pass_fail", "completed", "choice"):
        return True
    if not is_aspect(node) or kind in ("panel", "judgement", "veto", "adjustment"):
        return False
    step = node.get("step", "0.001" if kind in ("imported", "tolerance") else "1")
    return all(Fraction(one).denominator == 1 and Fraction(one) >= 0 for one in (node.get("low", "0"), step))


class RankingAuthor:
    """Writes how entries are ranked and awarded."""

    def __init__(self, dice: Random, features: frozenset[str], only_rising: bool, root: dict) -> None:
        self.dice, self.features, self.only_rising = dice, features, only_rising
        self.root = written_out({"root": root})["root"]
        self.nodes = list(below(self.root))

    def has(self, feature: str, often: float = 1) -> bool:
        return feature in self.features and self.dice.random() < often

    def ranking(self) -> dict:
        dice = self.dice
        if self.only_rising:
            nodes = [node["id"] for node in self.nodes]
            return {"keys": [{"node": dice.choice(nodes)} for _ in range(dice.randint(0, 2))]}
        ties = ["shared", "must_break"] + ["dense"] * self.has("dense")
        words = {
            "keys": self.keys(dice.randint(0, 3)),
            "order": dice.choice(["high", "high", "low"]),
            "ties": dice.choice(ties),
        }
        if dice.random() < 0.15:
            words["rank_incomplete"] = True
        return words

    def keys(self, count: int) -> list[dict]:
        return [self.key() for _ in range(count)]

    def key(self) -> dict:
        dice = self.dice
        asks = ["score", "score", "mark"]
        asks += [of for of in ("places", "place_marks", "attempts", "lot", "attribute") if self.has("key_" + of)]
        of = dice.choice(asks)
        order = dice.choice(["high", "low"])
        if of == "lot":
            return {"of": "lot"}
        if of == "attribute":
            return {"of": "attribute", "attribute": dice.choice(["born", "number", "word"]), "order": order}
        fitting = [node["id"] for node in self.nodes if self.answers(of, node)]
        if not fitting:
            return {"node": self.root["id"]}
        key = {"node": dice.choice(fitting), "of": of}
        return {**key, "order": order} if of in ("score", "mark", "places") else key

    def answers(self, of: str, node: dict) -> bool:
        """Whether a node can be asked this."""
        kind = node["kind"]
        if of == "mark":
            return is_aspect(node) and kind not in ("panel", "judgement", "veto")
        if of == "places":
            return kind in ("sum", "best")
        if of == "place_marks":
            return kind in ("sum", "best") and all(
                holds_places(part) for part in parts_of(node) if part.get("counts", True)
            )
        if of == "attempts":
            return kind == "best"
        return kind != "veto"

    # ---- awards -------------------------------------------------------------------------------------------

    def awards(self) -> list[dict]:
        return [self.award(at) for at in range(self.dice.choice([0, 1, 2, 3, 5]))]

    def award(self, at: int) -> dict:
        dice = self.dice
        award = {"id": f"W{at}", "name": f"奖 {at}", "rule": self.rule()}
        if self.has("besides", 0.25):
            award["besides"] = True
        if dice.random() < 0.25:
            award["all_of"] = [self.condition() for _ in range(dice.randint(1, 2))]
        if dice.random() < 0.15:
            award["any_of"] = [self.condition() for _ in range(dice.randint(1, 2))]
        if self.has("award_keys", 0.3) and award["rule"]["by"] in ("rank", "ratio", "first_half", "quota"):
            award["keys"] = self.keys(dice.randint(1, 2))
        if self.has("min_entries", 0.2):
            award["min_entries"] = dice.randint(1, 6)
        return award

    def rule(self) -> dict:
        dice = self.dice
        rules = ["rank", "ratio", "first_half", "score", "everyone"]
        rules += [one for one in ("quota", "medal") if self.has("award_" + one)]
        by, ties = dice.choice(rules), dice.choice([{}, {"ties": "extend"}, {"ties": "trim"}])
        first = dice.randint(1, 4)
        of = dice.choice([{}, {"of": "ranked"}, {"of": "entries"}])
        rounding = dice.choice([{}, {"rounding": dice.choice(["floor", "round", "ceil"])}])
        match by:
            case "rank":
                return {"by": "rank", "from": first, "to": first + dice.randint(0, 3), **ties}
            case "ratio":
                return {
                    "by": "ratio",
                    "ratio": dice.choice(["0.1", "0.25", "0.3", "0.5", "1"]),
                    **of,
                    **rounding,
                    **ties,
                }
            case "first_half":
                return {"by": "first_half", **of, **rounding, **ties}
            case "quota":
                return {"by": "quota", "count": dice.randint(1, 3), **ties}
            case "medal":
                medal = dice.choice(["gold", "silver", "bronze"])
                return {"by": "medal", "medal": medal, "window": dice.choice(["0", "2", number(dice, 0, 9)])}
            case "score":
                condition = self.condition(attribute=False)
                return {
                    "by": "score",
                    **({} if dice.random() < 0.4 else {"node": condition["node"]}),
                    "at_least": number(dice, 0, 20),
                }
        return {"by": "everyone"}

    def condition(self, attribute: bool = True) -> dict:
        dice = self.dice
        if attribute and self.has("condition_attribute", 0.3):
            return {"attribute": dice.choice(["heat", "word"]), "is": dice.choice(["A", "B", "甲"])}
        words = {"node": dice.choice(self.nodes)["id"]}
        if dice.random() < 0.2 and attribute:
            del words["node"]
        ends = dice.choice(["least", "least", "most", "both"]) if self.has("condition_ends") else "least"
        if ends != "most":
            words["at_least"] = number(dice, -1, 9, 1)
        if ends != "least":
            words["at_most"] = number(dice, 9, 30, 1)
        return words

    # ---- stages -------------------------------------------------------------------------------------------

    def stages(self, order: str) -> list[dict]:
        """Two or three stages, the last one often by the total."""
        dice = self.dice
        fitting = [node["id"] for node in self.nodes if node["kind"] != "veto"]
        if self.only_rising or len(fitting) < 3 or not self.has("stages", 0.35):
            return []
        nodes = dice.sample(fitting[1:], dice.randint(2, min(3, len(fitting) - 1)))
        if dice.random() < 0.5:
            nodes[-1] = self.root["id"]
        made = [self.stage(at, node, last=node is nodes[-1]) for at, node in enumerate(nodes)]
        # The last stage and the ranking are ordered alike.
        return [*made[:-1], {**made[-1], "order": order}]

    def stage(self, at: int, node: str, *, last: bool) -> dict:
        dice = self.dice
        stage = {"id": f"R{at}", "name": f"第 {at + 1} 轮", "node": node}
        if dice.random() < 0.4:
            stage["order"] = dice.choice(["high", "low"])
        if dice.random() < 0.4:
            stage["keys"] = self.keys(dice.randint(1, 2))
        if not last and dice.random() < 0.9:
            stage["advance"] = self.advance()
        return stage

    def advance(self) -> dict:
        dice = self.dice
        by = dice.choice(["rank", "rank", "ratio", "first_half", "score", "heats", "heats"])
        ties = dice.choice([{}, {"ties": "extend"}, {"ties": "trim"}])
        if by == "rank":
            return {"by": "rank", "to": dice.randint(1, 4), **ties}
        if by == "heats":
            also = dice.choice([{}, {"also": dice.randint(0, 2)}])
            return {"by": "heats", "attribute": "heat", "to": dice.randint(1, 2), **also, **ties}
        while True:
            rule = self.rule()
            if rule["by"] == by:
                return rule
