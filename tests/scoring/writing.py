"""Words of random documents: numbers, what every node has, and every kind of aspect."""

from random import Random


def number(dice: Random, low: int, high: int, places: int = 2) -> str:
    value = dice.randint(low * 10**places, high * 10**places)
    whole, rest = divmod(abs(value), 10**places)
    return ("-" if value < 0 else "") + (f"{whole}.{rest:0{places}d}" if places else str(whole))


def above_zero(dice: Random, high: int, places: int = 2) -> str:
    text = number(dice, 0, high, places)
    return "1" if not any(digit in text for digit in "123456789") else text


class Writer:
    """Draws the words of nodes."""

    def __init__(self, dice: Random, features: frozenset[str], only_rising: bool) -> None:
        self.dice, self.features, self.only_rising = dice, features, only_rising
        self.ids = 0

    def has(self, feature: str, often: float = 1) -> bool:
        """Whether a word is known to the engine, and drawn this time."""
        return feature in self.features and self.dice.random() < often

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
        if self.has("pass_mark", 0.15):
            node["pass_mark"] = number(dice, 0, 9, dice.randint(0, 1))
            if dice.random() < 0.7 or self.only_rising:
                node["failing"] = dice.choice(["zero", "unranked", "no_award"])
        return node

    def scale(self) -> dict:
        """The words of a scale."""
        dice = self.dice
        words = {
            "scale": dice.choice(["z", "t", "mean_100", "mean_500", "median_700"]),
            "places": dice.randint(0, 4),
        }
        if dice.random() < 0.6:
            words["sigma"] = dice.choice(["population", "sample", "mad"])
        if dice.random() < 0.5:
            words["sigma_places"] = dice.randint(0, 6)
        if dice.random() < 0.4:
            words["by"] = "heat"
        return words

    # ---- aspects that every judge marks --------------------------------------------------------------------

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
            if self.has("then_sum", 0.4):
                node["rule"]["then"] = dice.choice(["sum", "mean"])
        if dice.random() < 0.3:
            node["min_judges"] = least + dice.randint(0, 2)
        if self.has("spread", 0.3):
            node["spread"] = dice.choice([None, "1", "2.5", "0.1"])
        if self.has("panel_standardise", 0.2) and not self.only_rising:
            node["standardise"] = self.scale()
        return node

    def judgement(self) -> dict:
        node = {"kind": "judgement", "max": number(self.dice, 1, 3), "descriptors": ["0", "1", "2", "3"]}
        if self.dice.random() < 0.3:
            node["min_judges"] = self.dice.randint(1, 3)
        if self.has("spread", 0.3):
            node["spread"] = self.dice.choice([None, "1", "2"])
        return node

    # ---- aspects marked once -------------------------------------------------------------------------------

    def pass_fail(self) -> dict:
        return {"kind": "pass_fail", "max": number(self.dice, 1, 3)}

    def completed(self) -> dict:
        return {"kind": "completed", "max": number(self.dice, 1, 3), "possible": self.dice.randint(1, 7)}

    def imported(self) -> dict:
        if self.dice.random() < 0.3:
            return {"kind": "imported", "low": "1", "high": "5", "step": "1"}
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

    def bonus(self) -> dict:
        return {**self.penalty(), "kind": "bonus"}

    def adjustment(self) -> dict:
        return {"kind": "adjustment", "most": self.dice.choice(["0.1", "0.5", "2"])}

    def veto(self) -> dict:
        node: dict = {"kind": "veto"}
        if self.dice.random() < 0.6:
            node["effect"] = self.dice.choice(["zero", "unranked"])
        return node

    def running(self) -> dict:
        low = self.dice.choice([-20, -10, 0])
        node = {"kind": "running", "times": self.dice.randint(1, 3), "low": str(low), "high": "20", "step": "10"}
        if self.dice.random() < 0.5:
            node["base"] = str(self.dice.choice([0, 100]))
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

    def ratio(self) -> dict:
        dice, better = self.dice, self.dice.choice(["high", "low"])
        rule = {"by": "ratio", "to": above_zero(dice, 90), "points": above_zero(dice, 30), "better": better}
        if dice.random() < 0.5:
            rule["most"] = above_zero(dice, 40)
        return self.measured(rule, better, dice.choice(["0", "-9"]))

    def best_mark(self) -> dict:
        better = self.dice.choice(["high", "low"])
        node = self.measured({"by": "best", "points": above_zero(self.dice, 30), "better": better}, better, "0")
        return {**node, "places": self.dice.randint(0, 4)}

    def measured(self, rule: dict, better: str, low: str) -> dict:
        dice, step = self.dice, self.dice.choice(["1", "0.5", "0.01"])
        node = {"kind": "quantity", "convert": rule, "low": low, "high": "20", "step": step}
        if better == "low":
            node |= {"low": step if dice.random() < 0.5 else "1", "places": dice.randint(0, 4)}
        return node
