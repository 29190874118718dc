"""Trees of commits that repeats were answered from, kept for the next repeat.

A tree is named by its root, which says everything about it, so one that is kept is never wrong. Without this, a
tablet that repeats one mark of each of a hundred commits makes the writer lay out all hundred of them each time.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from contest.model.merkle import Tree

MOST_LEAVES = 50_000
"""Of all trees together; some 20 MB."""


class Trees:
    """The trees that were wanted last, in any thread."""

    def __init__(self, most: int = MOST_LEAVES) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[Tree, int]] = OrderedDict()
        self._leaves = 0
        self._lock = Lock()

    def kept(self, root: str) -> Tree | None:
        """The tree under a root, if it is kept."""
        with self._lock:
            found = self._kept.get(root)
            if found is not None:
                self._kept.move_to_end(root)
            return found and found[0]

    def keep(self, root: str, tree: Tree, leaves: int) -> None:
        """Keep a tree if it is the one of this root, and forget those that nobody wanted for longest."""
        with self._lock:
            if tree.root != root or root in self._kept:
                return
            self._kept[root] = tree, leaves
            self._leaves += leaves
            while self._leaves > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._leaves -= gone


trees = Trees()
