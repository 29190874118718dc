"""The values that nodes made of others are computed from, in the lanes of a tally."""

from __future__ import annotations

from typing import NamedTuple

from scoring.kinds.kernel import Flags, Whole
from scoring.sheet import Grid

POINTS, LEAST, MOST = 0, 1, 2
"""The lanes of a tally. Where nothing is missing there is one lane, and it is all three."""


class Parts(NamedTuple):
    """The finished values of all nodes so far: (nodes, lanes, entries), and for each node and entry what is known.

    `void`: there is no result. `neutral`: nothing was given where nothing had to be, or a veto: no result either
    way, and worth nothing. `may_be_void`: not known, and may still turn out to have no result.
    """

    values: Whole
    known: Flags
    void: Flags
    neutral: Flags
    may_be_void: Flags
    grid: Grid
