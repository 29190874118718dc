"""Who is better: the ordered questions, ranks, the list from top to bottom, ties that are still open."""

import re
from fractions import Fraction

from tests.scoring.oracle.tree import is_aspect, parts_of

OUTSIDE = ("out_of_competition", "not_finished", "not_started", "disqualified", "withdrawn")
BEHIND = (1,)
"""The answer of who has none: behind everybody who has one."""


def asked(tree):
    """The questions after the total, in their order."""
    ranking = tree.document.get("ranking", {})
    keys = list(ranking.get("keys", ()))
    if ranking.get("ties") == "must_break" and not any(key.get("of") == "lot" for key in keys):
        keys.append({"of": "lot"})
    return keys


def answers(values, key):
    """For each entry its answer to a key: smaller is better."""
    of, entries = key.get("of", "score"), values.facts.entries
    sign = -1 if key.get("order", "high") == "high" else 1
    if of == "lot":
        lots = values.facts.lots
        return {entry: (0, lots[entry]) if entry in lots else BEHIND for entry in entries}
    if of == "attribute":
        return _by_attribute(values.facts.attributes.get(key["attribute"], {}), entries, sign)
    node = values.tree.nodes[key["node"]]
    if of == "mark":
        ones = values.one(node).items()
        return {entry: (0, sign * one.value) if one.kind == "entered" else BEHIND for entry, one in ones}
    if of in ("places", "place_marks"):
        return _countback(values, node, of)
    if of == "attempts":
        return _attempts(values, node)
    worths = values.of(key["node"]).items()
    return {entry: (0, sign * one.value) if one.answered else BEHIND for entry, one in worths}


def _by_attribute(given, entries, sign):
    texts = {entry: given[entry] for entry in entries if entry in given}
    if all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) for text in texts.values()):
        texts = {entry: Fraction(text) for entry, text in texts.items()}
    ordered = sorted(set(texts.values()))
    return {entry: (0, sign * ordered.index(texts[entry])) if entry in texts else BEHIND for entry in entries}


def _countback(values, node, of):
    """How often first, how often second …: more often is better."""
    places = {entry: [] for entry in values.facts.entries}
    for part in parts_of(node):
        if not part.get("counts", True):
            continue
        if of == "place_marks":
            for entry, one in values.one(part).items():
                if one.kind == "entered" and one.value.denominator == 1 and one.value > 0:
                    places[entry].append(int(one.value))
            continue
        worths = values.of(part["id"])
        rivals = [worths[entry] for entry in values.competing() if worths[entry].answered]
        for entry, one in worths.items():
            better = [rival for rival in rivals if not one.answered or rival.value > one.value]
            places[entry].append(1 + len(better))
    last = max((place for own in places.values() for place in own), default=0)
    return {entry: tuple(-own.count(place) for place in range(1, last + 1)) for entry, own in places.items()}


def _attempts(values, node):
    sign = 1 if node.get("from", "high") == "low" else -1
    return {
        entry: tuple(sorted((0, sign * one.value) if one.answered else BEHIND for one in own))
        for entry, own in (
            (entry, [values.of(part["id"])[entry] for part in parts_of(node)]) for entry in values.facts.entries
        )
    }


def excluded(values):
    """Entries in competition that can have no rank, with the nodes that say so, in the order of the document."""
    tree, found = values.tree, {}
    low = tree.document.get("ranking", {}).get("order", "high") == "low"
    unranked = values.failed.get("unranked", {})
    for entry in values.facts.entries:
        why = []
        for node in tree.nodes.values():
            vetoed = False
            if node["kind"] == "veto" and node.get("effect", "zero") == "unranked":
                one = values.one(node)[entry]
                vetoed = one.kind == "entered" and one.value == 1
            if vetoed or node["id"] in unranked.get(entry, ()):
                why.append(node["id"])
        if low and values.of(tree.root["id"])[entry].void:
            why.append("no_result")
        found[entry] = tuple(why)
    return found


def needed_nodes(tree):
    """The nodes that a rank asks for."""
    return [tree.root["id"], *(key["node"] for key in asked(tree) if key.get("node"))]


def needed_aspects(tree):
    """The aspects whose marks a rank needs."""
    found, waiting = set(), needed_nodes(tree)
    seen = set()
    while waiting:
        node = tree.nodes[waiting.pop()]
        if node["id"] in seen:
            continue
        seen.add(node["id"])
        if is_aspect(node):
            found.add(node["id"])
        if node["kind"] == "carried":
            waiting.append(node["node"])
        waiting += [part["id"] for part in parts_of(node) if part.get("counts", True)]
        waiting += [veto["id"] for veto in tree.vetoes.get(node["id"], ())]
    return found


def natural(label):
    """What a printed number is sorted by: A2 before A10."""
    return tuple(
        (0, int(run), "") if run.isdigit() else (1, 0, run) for run in re.findall(r"[0-9]+|[^0-9]+", label)
    )


class Order:
    """The list of all entries, best first, with ranks."""

    def __init__(self, values):
        self.values = values
        facts, ranking = values.facts, values.tree.document.get("ranking", {})
        total = values.of(values.tree.root["id"])
        self.total = {entry: one.value for entry, one in total.items()}
        high = ranking.get("order", "high") == "high"
        tables = [answers(values, key) for key in asked(values.tree)]
        self.answers = {
            entry: ((0, -self.total[entry] if high else self.total[entry]), *(table[entry] for table in tables))
            for entry in facts.entries
        }
        for node in values.tree.nodes:
            values.of(node)
        self.excluded = excluded(values)
        self.competing = values.competing()
        needed = needed_nodes(values.tree)
        self.complete = {entry: all(values.of(node)[entry].known for node in needed) for entry in facts.entries}
        everybody = ranking.get("rank_incomplete", False)
        self.ranked = [
            entry for entry in self.competing if (everybody or self.complete[entry]) and not self.excluded[entry]
        ]
        self.ranks = dict.fromkeys(facts.entries) | self._ranks(ranking.get("ties", "shared") == "dense")
        self.listed = sorted(facts.entries, key=self._stands)
        self.ties = self._open() if ranking.get("ties") == "must_break" else []

    def _ranks(self, dense):
        own = {entry: self.answers[entry] for entry in self.ranked}
        if dense:
            return {entry: 1 + len({a for a in own.values() if a < own[entry]}) for entry in own}
        return {entry: 1 + sum(a < own[entry] for a in own.values()) for entry in own}

    def last(self, entry):
        """The last position of a ranked entry's tie, counted from the top."""
        return sum(self.answers[other] <= self.answers[entry] for other in self.ranked)

    def first(self, entry):
        """The first position of a ranked entry's tie."""
        return 1 + sum(self.answers[other] < self.answers[entry] for other in self.ranked)

    def _stands(self, entry):
        status = self.values.facts.statuses.get(entry, "entered")
        if status != "entered":
            group = 3 + (OUTSIDE.index(status) if status in OUTSIDE else 9)
        elif entry in self.ranked:
            group = 0
        else:
            group = 2 if self.excluded[entry] else 1
        no_result = group == 2 and "no_result" in self.excluded[entry]
        label = self.values.facts.labels.get(entry, "")
        return group, no_result, self.answers[entry], not label, natural(label), label, entry

    def _open(self):
        ties = {}
        for entry in self.listed:
            if self.ranks[entry] is not None:
                ties.setdefault(self.ranks[entry], []).append(entry)
        return [(rank, tuple(own)) for rank, own in sorted(ties.items()) if len(own) > 1]
