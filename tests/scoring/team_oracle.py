"""A second, slow scorer of tables, written from the rules alone: it reads the JSON and compares pair by pair."""

from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise

from scoring.team.placings import Placing

ZERO = Fraction(0)


class Row:
    """A placing that is itself and no other."""

    def __init__(self, placing: Placing):
        self.event, self.entry, self.group, self.rank = placing.event, placing.entry, placing.group, placing.rank
        self.status, self.awards, self.score = placing.status, placing.awards, placing.score


def oracle(words: dict, placings: list[Placing], rulings: dict) -> dict[str, tuple]:
    """Of each group: rank, points, why it has no rank."""
    placings = [Row(placing) for placing in placings]
    counted, pending, places = bring(words, placings, rulings)
    groups = {row.group for row in placings if belongs(words, row.event)} | {
        one["group"] for one in rulings["given"]
    }
    groups -= {""}
    reasons, kept = {}, {}
    for group in groups:
        own = {row: points for row, points in counted.items() if row.group == group}
        kept[group], reasons[group] = pick(words, own, places)
        if group in pending and not words["rank_incomplete"]:
            reasons[group] = "pending"
        if group in {one["group"] for one in rulings["outside"]}:
            reasons[group] = "outside"
    points = {group: value(words, kept[group], group, rulings) for group in groups}
    for group in groups:
        if not reasons[group] and points[group] is None:
            reasons[group] = "nothing"
        if not reasons[group] and points[group] == 0 and words["zero"] == "unranked":
            reasons[group] = "zero"
    case = Case(words, placings, rulings, kept, points, places)
    ranked = [group for group in groups if not reasons[group]]
    found = {}
    for group in groups:
        rank = 1 + sum(case.compare(other, group) < 0 for other in ranked)
        if words["ties"] == "dense":
            line = sorted(ranked, key=cmp_to_key(case.compare))
            rank = 1 + sum(case.compare(one, next_) < 0 for one, next_ in pairwise(line[:rank]))
        found[group] = (None if reasons[group] else rank, points[group], reasons[group])
    return found


def belongs(words: dict, event: str) -> bool:
    return words["other_events"] or event in {one["event"] for one in words["events"]}


def bring(words: dict, placings: list[Row], rulings: dict) -> tuple[dict, set, dict]:
    """What each counting row is worth, the groups with results missing, and the place of each row that has one."""
    counted, pending, places = {}, set(), {}
    for event in {row.event for row in placings if belongs(words, row.event)}:
        rows = [row for row in placings if row.event == event]
        gone, silent = set(), set()
        for row in rows:
            for one in rulings["struck"]:
                if (one["event"], one["entry"]) == (row.event, row.entry):
                    (gone if one["place"] == "give_way" else silent).add(row)
            for one in rulings["outside"]:
                if one["group"] == row.group and one["place"] == "give_way":
                    gone.add(row)
        worth_something = {one["status"]: Fraction(one["points"]) for one in words["unplaced"]}
        if words["quota"]:
            surplus = set()
            for row in rows:
                rivals = [
                    other
                    for other in rows
                    if other.group == row.group
                    and other not in gone | silent
                    and (other.rank or other.status in worth_something)
                ]
                ahead = [other for other in rivals if quota_order(words, other) < quota_order(words, row)]
                if row.group and row in rivals and len(ahead) >= words["quota"]["entries"]:
                    surplus.add(row)
            (gone if words["quota"]["rest"] == "give_way" else silent).update(surplus)
        there = [row for row in rows if row not in gone]
        field = {
            "entries": sum(row.status not in ("withdrawn", "out_of_competition") for row in there),
            "ranked": sum(row.rank is not None for row in there),
        }
        if field["entries"] < words["min_entries"]:
            continue
        own = next((one for one in words["events"] if one["event"] == event), {})
        rule, weight = own.get("points") or words["points"], Fraction(own.get("weight", "1"))
        for row in there:
            if row.rank is not None:
                above = [other.rank for other in there if other.rank is not None and other.rank < row.rank]
                places[row] = 1 + (len(set(above)) if words["event_ties"] == "dense" else len(above))
        for row in there:
            if row in silent:
                continue
            if row.status != "entered":
                if row.status in worth_something:
                    counted[row] = worth_something[row.status] * weight
                continue
            if row.rank is None:
                pending.add(row.group)
                continue
            level = 1
            if words["event_ties"] == "shared":
                level = sum(places.get(other) == places[row] for other in there)
            points = worth(rule, row, places[row], level, field)
            if points is None:
                pending.add(row.group)
            else:
                counted[row] = points * weight
        struck = {(one["event"], one["entry"]) for one in rulings["struck"]}
        for row in rows:
            if (row.event, row.entry) in struck:
                places.pop(row, None)
    return counted, pending, places


def quota_order(words: dict, row: Row) -> tuple:
    return (row.rank or 10**9, *serves(words, row), row.entry)


def serves(words: dict, row: Row) -> list:
    answers = []
    for key in words["keys"]:
        if key["of"] == "sum":
            score = row.score(key.get("node"))
            low = key.get("order", "low") == "low"
            answers.append((score is None, ZERO if score is None else score if low else -score))
    return answers


def worth(rule: dict, row: Row, place: int, level: int, field: dict):
    match rule["by"]:
        case "total":
            return row.score(rule.get("node"))
        case "entry":
            return Fraction(rule["points"])
        case "award":
            held = [Fraction(one["points"]) for one in rule["points"] if one["award"] in row.awards]
            if rule["take"] == "sum" and held:
                return sum(held)
            return held[0] if held else Fraction(rule["others"])
    filled = range(place, place + level) if rule["ties"] == "average" else [place]
    return sum((at(rule, one, field) for one in filled), ZERO) / len(filled)


def at(rule: dict, place: int, field: dict) -> Fraction:
    if rule["by"] == "rank":
        return Fraction(place)
    size = field[rule["among"]]
    if rule["by"] == "falling":
        behind = size - place if size > place else 0
        return Fraction(rule["last"]) + behind * Fraction(rule["step"])
    whole = list(rule["points"])
    for band in rule["bands"]:
        whole += [band["points"]] * (band["to"] - len(whole))
    if rule["one_less"] >= size:
        whole = whole[: size - 1]
    return Fraction(whole[place - 1] if place <= len(whole) else rule["others"])


def pick(words: dict, own: dict, places: dict) -> tuple[dict, str]:
    sign = -1 if words["order"] == "high" else 1
    reason = ""

    def best_first(row: Row) -> tuple:
        place = places.get(row)
        return (sign * own[row], place is None, place, *serves(words, row), row.event, row.entry)

    for scope, name in (("each_event", "short"), ("over_all", "few")):
        rule, kept = words[scope], {}
        parts = {row.event for row in own} if scope == "each_event" else {None}
        for part in parts:
            rows = sorted((row for row in own if part in (None, row.event)), key=best_first)
            if len(rows) < rule["need"]:
                reason = name if rule["fewer"] == "unranked" else reason
                rows = [] if rule["fewer"] == "nothing" else rows
            elif rule["take"]:
                rows = rows[: rule["take"]]
            kept |= {row: own[row] for row in rows}
        own = kept
    return own, reason


def value(words: dict, kept: dict, group: str, rulings: dict):
    total = sum(kept.values(), ZERO)
    if words["then"] == "per_entry":
        total = total / len(kept) if kept else None
    elif words["then"] == "per_event":
        total = total / len({row.event for row in kept}) if kept else None
    elif not kept and words["order"] == "low":
        total = None
    if total is None:
        return None
    each = {one["id"]: Fraction(one["points"]) for one in words["bonuses"]}
    for one in rulings["given"]:
        if one["group"] == group:
            total += one["times"] * (each[one["bonus"]] if one["bonus"] else Fraction(one["points"]))
    if words["places"] is None:
        return total
    unit = 10 ** words["places"]
    size = (abs(total) * unit * 2 + 1) // 2
    return Fraction(size if total >= 0 else -size, unit)


class Case:
    """Compares two groups, key by key."""

    def __init__(self, words, placings, rulings, kept, points, places):
        self.words, self.placings, self.rulings = words, placings, rulings
        self.kept, self.points, self.places = kept, points, places

    def compare(self, one: str, other: str) -> int:
        keys = [*self.words["keys"], *([{"of": "lot"}] if self.words["ties"] == "must_break" else [])]
        for key in keys:
            if key["of"] == "countback":
                ours, theirs = self.held(key, one), self.held(key, other)
                for place in range(1, (key.get("to") or 200) + 1):
                    if ours.count(place) != theirs.count(place):
                        return -1 if ours.count(place) > theirs.count(place) else 1
                continue
            ours, theirs = self.answer(key, one), self.answer(key, other)
            if ours != theirs:
                if ours is None or theirs is None:
                    return 1 if ours is None else -1
                return -1 if (ours > theirs) == self.high(key) else 1
        return 0

    def high(self, key: dict) -> bool:
        match key["of"]:
            case "points":
                return self.words["order"] == "high"
            case "sum":
                return key.get("order", "low") == "high"
            case "entries":
                return key.get("order", "high") == "high"
        return key["of"] in ("awards", "bonuses")

    def rows(self, key: dict, group: str) -> list[Row]:
        everyone = [row for row in self.placings if row.group == group and row in self.places]
        rows = everyone if key.get("over") == "all" else list(self.kept[group])
        return [
            row
            for row in rows
            if row.event not in key.get("without", ()) and row.event in (key.get("events") or [row.event])
        ]

    def held(self, key: dict, group: str) -> list[int]:
        return [self.places[row] for row in self.rows(key, group) if row in self.places]

    def answer(self, key: dict, group: str):
        match key["of"]:
            case "points":
                return self.points[group]
            case "best":
                return min(self.held(key, group), default=None)
            case "awards":
                return sum(len(set(row.awards) & set(key["awards"])) for row in self.rows(key, group))
            case "sum":
                scores = [row.score(key.get("node")) for row in self.kept[group]]
                return None if None in scores or not scores else sum(scores)
            case "bonuses":
                given = [one for one in self.rulings["given"] if one["group"] == group]
                return sum(one["times"] for one in given if one["bonus"] in key["bonuses"])
            case "event":
                everyone = [row for row in self.placings if row.group == group and row.event == key["event"]]
                return min((self.places[row] for row in everyone if row in self.places), default=None)
            case "entries":
                return len(self.kept[group])
            case "lot":
                return self.rulings["lots"].get(group)
