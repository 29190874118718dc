"""The Merkle tree over the links of one commit, as in RFC 9162 §2.1: one signed root, a short proof for each fact.

A leaf is SHA-256(0x00 ‖ the bytes of a link), a node SHA-256(0x01 ‖ left ‖ right). Pairing neighbours and handing
an odd one up unchanged gives the same tree as splitting at the largest power of two below the size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


class Tree:
    """The tree over some links, in order; there is at least one."""

    __slots__ = ("_paths", "root")

    def __init__(self, links: Sequence[str]) -> None:
        sha256 = hashlib.sha256
        level = [sha256(b"\0" + bytes.fromhex(link)).digest() for link in links]
        levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            above = [sha256(b"\1" + left + right).digest() for left, right in pairs]
            level = above + level[len(above) * 2 :]
            levels.append(level)
        self.root = level[0].hex()
        # From the root downwards: the way of a node is that of the one above it, after its own neighbour.
        paths: list[tuple[str, ...]] = [()]
        for level in reversed(levels[:-1]):
            told = [digest.hex() for digest in level]
            last = len(told) - 1
            paths = [
                paths[place >> 1] if place == last and not last & 1 else (told[place ^ 1], *paths[place >> 1])
                for place in range(len(told))
            ]
        self._paths = paths

    def path(self, index: int) -> tuple[str, ...]:
        """Prove that the link of this place stands under the root: its neighbours, from the leaf upwards."""
        return self._paths[index]


def root_of(link: str, index: int, size: int, path: Sequence[str]) -> str:
    """Return the root that a proof leads to (RFC 9162 §2.1.3.2), or an empty text when its shape is wrong."""
    if not 0 <= index < size:
        return ""
    place, last = index, size - 1
    digest = hashlib.sha256(b"\0" + bytes.fromhex(link)).digest()
    for beside in map(bytes.fromhex, path):
        if last == 0:
            return ""
        if place & 1 or place == last:
            digest = hashlib.sha256(b"\1" + beside + digest).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\1" + digest + beside).digest()
        place, last = place >> 1, last >> 1
    return digest.hex() if last == 0 else ""
