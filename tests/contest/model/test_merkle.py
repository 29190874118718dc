"""Trees over links: the same as RFC 9162 says it, and no proof for anything else."""

import hashlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.model.merkle import Tree, root_of


def link(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def as_the_rfc_says(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word: split at the largest power of two smaller than n."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = next(2**power for power in count() if 2 ** (power + 1) >= len(leaves))
    left, right = as_the_rfc_says(leaves[:split]), as_the_rfc_says(leaves[split:])
    return hashlib.sha256(b"\1" + left + right).digest()


def path_as_the_rfc_says(place: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = next(2**power for power in count() if 2 ** (power + 1) >= len(leaves))
    if place < split:
        return [*path_as_the_rfc_says(place, leaves[:split]), as_the_rfc_says(leaves[split:])]
    return [*path_as_the_rfc_says(place - split, leaves[split:]), as_the_rfc_says(leaves[:split])]


@pytest.mark.parametrize("size", range(1, 34))
def test_root_and_paths_are_those_of_the_rfc(size):
    links = [link(number) for number in range(size)]
    leaves = [bytes.fromhex(one) for one in links]
    tree = Tree(links)
    assert tree.root == as_the_rfc_says(leaves).hex()
    for place in range(size):
        assert tree.path(place) == tuple(one.hex() for one in path_as_the_rfc_says(place, leaves))
        assert root_of(links[place], place, size, tree.path(place)) == tree.root


@given(size=st.integers(2, 70), place=st.integers(0, 69), other=st.integers(0, 69), dice=st.randoms())
def test_a_path_proves_one_place_and_no_other(size, place, other, dice):
    place, other = place % size, other % size
    links = [link(number) for number in range(size)]
    tree = Tree(links)
    path = tree.path(place)
    assert root_of(links[place], place, size, path[:-1]) != tree.root
    assert root_of(links[place], place, size, (*path, link(size))) != tree.root
    assert root_of(links[place], place + size, size, path) == ""
    assert root_of(links[place], -1, size, path) == ""
    if other != place:
        assert root_of(links[other], place, size, path) != tree.root
        assert root_of(links[place], other, size, path) != tree.root
    torn = list(path)
    torn[dice.randrange(len(path))] = link(size + 1)
    assert root_of(links[place], place, size, torn) != tree.root
