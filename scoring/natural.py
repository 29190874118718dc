"""The order in which people read numbers: A2 before A10."""

from __future__ import annotations

import re


def natural(label: str) -> str:
    """Return what a number printed for people is sorted by: as they count, A2 before A10."""
    # How many digits a run has stands before them, so that texts compare as the numbers do.
    return _DIGITS.sub(lambda run: chr(len(run[1])) + run[1], label)


_DIGITS = re.compile("0*([0-9]+)")
