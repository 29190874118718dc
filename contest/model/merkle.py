"""The Merkle tree over the links of one commit, as in RFC 9162 §2.1: one signed root, a short proof for each fact.

A leaf is SHA-256(0x00 ‖ the bytes of a link), a node SHA-256(0x01 ‖ left ‖ right). Pairing neighbours and handing
an odd one up unchanged gives the same tree as splitting at the largest power of two below the size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


class Tree:
    """The tree over some links, in order; there is at least one."""

    __slots__ = ("_levels",)

    def __init__(self, links: Sequence[str]) -> None:
        level = [hashlib.sha256(b"\0" + bytes.fromhex(link)).digest() for link in links]
        self._levels: list[list[str]] = [[digest.hex() for digest in level]]
        while len(level) > 1:
            above = [
                hashlib.sha256(b"\1" + level[place] + level[place + 1]).digest()
                for place in range(0, len(level) - 1, 2)
            ]
            level = above + level[len(above) * 2 :]
            self._levels.append([digest.hex() for digest in level])

    @property
    def root(self) -> str:
        """The root, in hexadecimal."""
        return self._levels[-1][0]

    def path(self, index: int) -> tuple[str, ...]:
        """Prove that the link of this place stands under the root: its neighbours, from the leaf upwards."""
        found = []
        for level in self._levels[:-1]:
            if (beside := index ^ 1) < len(level):
                found.append(level[beside])
            index >>= 1
        return tuple(found)


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
