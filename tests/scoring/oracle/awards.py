"""Who earns which award: bands, shares, quotas, thresholds, medals; where a cut falls and what ties there."""

from collections import Counter
from fractions import Fraction

from tests.scoring.oracle.keys import answers
from tests.scoring.oracle.numbers import number
from tests.scoring.oracle.shares import share

BANDED = ("rank", "ratio", "first_half")


class Giving:
    """The awards of each entry, in the order of the document."""

    def __init__(self, values, order):
        self.values, self.order = values, order
        self.found = {entry: [] for entry in values.facts.entries}
        self.holders, self.cut = set(), 0
        self.extra = set()
        """Places beyond a cut that a tie took."""
        self.left = {False: set(), True: set()}
        """Who tied over the cut of an award above and was left to the next."""
        if order.finished:
            for award in values.tree.document.get("awards", ()):
                if len(order.ranked) >= (award.get("min_entries") or 0):
                    self._give(award)

    def _give(self, award):
        besides = award.get("besides", False)
        free = [entry for entry in self.order.ranked if besides or entry not in self.holders]
        within = self._within(award, free, besides)
        barred = self.values.failed.get("no_award", {})
        takers = [
            entry for entry in free if entry in within and entry not in barred and self._fulfils(award, entry)
        ]
        if not besides:
            self.holders.update(takers)
        for entry in takers:
            self.found[entry].append(award["id"])

    def _within(self, award, free, besides):
        rule, ranked = award["rule"], self.order.ranked
        by = rule["by"]
        if by == "score":
            return {entry for entry in ranked if self._reached(rule, entry)}
        if by == "medal":
            return set(medals(rule, self.order)[rule["medal"]])
        if by == "quota":
            return self._quota(award, rule, free, besides)
        if by not in BANDED:
            return set(ranked)
        cut = self._reach(rule)
        if by == "rank" and self.values.tree.document.get("ranking", {}).get("ties") == "dense":
            # Ranks 1-1-2: a band is of ranks, and no tie reaches over the end of one.
            ranks = self.order.ranks
            if not besides:
                self.cut = sum(ranks[entry] <= cut for entry in ranked)
            return {entry for entry in ranked if rule.get("from", 1) <= ranks[entry] <= cut}
        if not besides:
            self.cut = cut
        return self._banded(award, rule, free, cut)

    def _banded(self, award, rule, free, cut):
        besides, inside = award.get("besides", False), set()
        split, whole = self._positions(award.get("keys", ())), self._positions(())
        begins = rule.get("from", 1) if rule["by"] == "rank" else 1
        begun = set()
        for entry, (first, last) in split.items():
            at = first if rule.get("ties", "extend") == "extend" else last
            if first >= begins or (entry in self.left[besides] and last >= begins):
                begun.add(entry)
                if at <= cut:
                    inside.add(entry)
        over = {entry for entry in free if whole[entry][0] <= cut < whole[entry][1]}
        self.left[besides] |= (over & begun) - inside
        if not besides:
            self.extra |= {place for place in places(over & begun & inside, split) if place > cut}
        return inside

    def _quota(self, award, rule, free, besides):
        """So many of those who can take it; a place is not used up by who cannot."""
        barred = self.values.failed.get("no_award", {})
        can = [entry for entry in free if entry not in barred and self._fulfils(award, entry)]
        split, whole = self._positions(award.get("keys", ())), self._positions(())

        def among(positions):
            firsts = {entry: positions[entry][0] for entry in can}
            return {
                entry: (1 + sum(a < mine for a in firsts.values()), sum(a <= mine for a in firsts.values()))
                for entry, mine in firsts.items()
            }

        at = 0 if rule.get("ties", "extend") == "extend" else 1
        extra = set() if besides else {place for place in self.extra if place > self.cut}
        count = max(rule["count"] - len(extra), 0)
        inside = {entry for entry, place in among(split).items() if place[at] <= count}
        over = {entry for entry, place in among(whole).items() if place[0] <= count < place[1]}
        self.left[besides] |= over - inside
        if not besides:
            taken = sorted({*places(can, split), *extra})[: rule["count"]]
            cut = taken[-1] if taken else self.cut
            self.cut = max(self.cut, cut)
            self.extra |= {place for place in places(over & inside, split) if place > cut}
        return inside

    def _reach(self, rule):
        """How many places from the top of the list an award reaches."""
        if rule["by"] == "rank":
            return rule["to"]
        reach = share(rule, len(self.order.ranked), self.values.entered())
        return reach if rule["by"] == "first_half" else self.cut + reach

    def _positions(self, keys):
        """First and last position of each ranked entry's tie, split by keys."""
        tables = [answers(self.values, key) for key in keys]
        own = {
            entry: (self.order.answers[entry], *(table[entry] for table in tables)) for entry in self.order.ranked
        }
        return {
            entry: (1 + sum(a < mine for a in own.values()), sum(a <= mine for a in own.values()))
            for entry, mine in own.items()
        }

    def _reached(self, condition, entry):
        if condition.get("attribute"):
            return self.values.facts.attributes.get(condition["attribute"], {}).get(entry) == condition["is"]
        one = self.values.of(condition.get("node") or self.values.tree.root["id"])[entry]
        least, most = condition.get("at_least"), condition.get("at_most")
        return (
            one.known
            and not one.void
            and (least is None or one.value >= Fraction(least))
            and (most is None or one.value <= Fraction(most))
        )

    def _fulfils(self, award, entry):
        any_of = award.get("any_of", ())
        return all(self._reached(one, entry) for one in award.get("all_of", ())) and (
            not any_of or any(self._reached(one, entry) for one in any_of)
        )


def places(entries, positions):
    """The places of a list that entries take; of a tie the first ones, whoever of it is printed first."""
    ties = Counter(positions[entry][0] for entry in entries)
    return [first + at for first, members in ties.items() for at in range(members)]


def medals(rule, order):
    """Gold, silver and bronze by the window anchored on the best, on the total alone."""
    high = order.values.tree.document.get("ranking", {}).get("order", "high") == "high"
    window = number(rule, "window", 2)
    scores = {entry: order.total[entry] * (1 if high else -1) for entry in order.ranked}

    def within(top, of):
        return [entry for entry in of if top - scores[entry] <= window]

    def best(of):
        return within(max(scores[entry] for entry in of), of) if of else []

    def without(taken, of):
        return [entry for entry in of if entry not in taken]

    gold = best(order.ranked)
    rest = without(gold, order.ranked)
    silver, bronze = [], []
    if len(gold) == 1:
        silver = best(rest)
        rest = without(silver, rest)
        if len(silver) == 1:
            bronze = best(rest)
        elif silver:
            bronze = within(min(scores[entry] for entry in silver), rest)
    elif len(gold) == 2:
        bronze = best(rest)
    elif gold:
        bronze = within(min(scores[entry] for entry in gold), rest)
    return {"gold": gold, "silver": silver, "bronze": bronze}
