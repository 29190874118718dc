"""What entries answer to the keys of a ranking: smaller is better."""

import math
import re
from fractions import Fraction

from tests.scoring.oracle.tree import parts_of

BEHIND = (1,)
"""The answer of who has none: behind everybody who has one."""


def asked(ranking):
    """The questions after the total, in their order; a tie that must be broken is broken by lot in the end."""
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
        return _countback(values, node, key)
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


def _countback(values, node, key):
    """How often first, how often second …: more often is better."""
    places = {entry: [] for entry in values.facts.entries}
    sign = -1 if key.get("order", "high") == "high" else 1
    for part in parts_of(node):
        if not part.get("counts", True):
            continue
        if key["of"] == "place_marks":
            for entry, one in values.one(part).items():
                placed = one.kind == "entered" and one.value > 0
                places[entry].append(one.value if placed else math.inf)
            continue
        worths = values.of(part["id"])
        rivals = [sign * worths[entry].value for entry in values.competing() if worths[entry].answered]
        for entry, one in worths.items():
            better = [rival for rival in rivals if not one.answered or rival < sign * one.value]
            places[entry].append(1 + len(better))
    # More often first, then more often second …: the lists, best place first, in the order of a dictionary.
    return {entry: tuple(sorted(own)) for entry, own in places.items()}


def _attempts(values, node):
    sign = 1 if node.get("from", "high") == "low" else -1
    return {
        entry: tuple(sorted((0, sign * one.value) if one.answered else BEHIND for one in own))
        for entry, own in (
            (entry, [values.of(part["id"])[entry] for part in parts_of(node)]) for entry in values.facts.entries
        )
    }
