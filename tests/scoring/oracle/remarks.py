"""Which marks a panel is asked for again: judges too far apart, two entries that differ."""

from fractions import Fraction


def remarks(values):
    """(entry, aspect, reason) in no order that means anything."""
    found = []
    for node in values.tree.aspects:
        default = "1" if node["kind"] == "judgement" else None
        spread = node.get("spread", default)
        for entry in values.facts.entries:
            if node.get("dual") and values.one(node)[entry].differs:
                found.append((entry, node["id"], "differs"))
            if spread is not None and node["kind"] in ("panel", "judgement"):
                got = values.facts.panel(node["id"], entry)
                entered = [Fraction(one[1], 1000) for one in got if one is not None and one[0] == "entered"]
                if None not in got and entered and max(entered) - min(entered) > Fraction(spread):
                    found.append((entry, node["id"], "spread"))
    return found
