"""Large events part by part: what is made on the way stays near the processor, so that cost grows with marks."""

from __future__ import annotations

from collections.abc import Iterator

AT_ONCE = 2**17
"""So many cells are looked at together."""
FEWEST = 256
"""So many entries at least, however much there is to mark of each."""


def blocks(entries: int, cells: int) -> Iterator[slice]:
    """Cut entries with so many cells each into parts; one part where they are not many."""
    together = max(FEWEST, AT_ONCE // max(cells, 1))
    for first in range(0, max(entries, 1), together):
        yield slice(first, min(first + together, entries))
