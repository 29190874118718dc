"""Whether the value of a node stands within limits, or an entry has an attribute: what awards and stages ask."""

from __future__ import annotations

import math

import numpy as np

from scoring.exact import exact
from scoring.field import Field
from scoring.prizes import Condition, Limits
from scoring.total import POINTS, Flags


def within(field: Field, node: str, limits: Limits, lowest: int, highest: int) -> Flags:
    """Whose value stands within limits: not below by the one lane, and not above by the other."""
    over = field.denominator(node)
    inside: Flags = np.ones(len(field.columns), dtype=np.bool_)
    # Values are whole numbers over the denominator, so the limits may be too.
    if limits.at_least is not None:
        least = math.ceil(exact(limits.at_least) * over)
        inside &= (field.values(node, lowest) >= least).astype(np.bool_)
    if limits.at_most is not None:
        most = math.floor(exact(limits.at_most) * over)
        inside &= (field.values(node, highest) <= most).astype(np.bool_)
    return inside


def reached(field: Field, limits: Limits) -> Flags:
    """Who reaches a value: nobody does while it is unknown, or without a result."""
    node = limits.node or field.scheme.root.id
    return field.answered(node) & within(field, node, limits, POINTS, POINTS)


def fulfilled(field: Field, condition: Condition) -> Flags:
    """Who fulfils a condition."""
    if not condition.attribute:
        return reached(field, condition)
    named = field.sheet.attributes.get(condition.attribute, {})
    return np.array([named.get(entry) == condition.is_ for entry in field.sheet.entries], dtype=np.bool_)
