"""Repeats cost the writer little, whoever sends them and however often."""

from __future__ import annotations

from contest.model.merkle import Tree
from contest.store import gather
from contest.store.trees import Trees
from tests.builders import hall


async def test_a_tablet_that_repeats_one_mark_of_each_commit_lays_no_commit_out_twice(store, monkeypatch):
    at = await hall(store)
    firsts, promised, laid = [], [], []
    for _ in range(5):
        marks = [at.mark(8000) for _ in range(4)]
        promised.append((await store.book.enter(at.contest, marks))[0])
        firsts.append(marks[0])

    class Counted(Tree):
        def __init__(self, links):
            laid.append(len(links))
            super().__init__(links)

    monkeypatch.setattr(gather, "Tree", Counted)
    for _ in range(10):
        assert await store.book.enter(at.contest, firsts) == promised
    assert laid == [4] * 5


def test_only_so_many_leaves_are_kept_and_only_under_their_own_root():
    few = Trees(most=10)
    laid = [Tree([f"{number:064x}"] * 4) for number in range(3)]
    for tree in laid:
        few.keep(tree.root, tree, 4)
    assert [few.kept(tree.root) is tree for tree in laid] == [False, True, True]
    few.kept(laid[1].root)
    few.keep(laid[0].root, laid[0], 4)
    assert [few.kept(tree.root) is tree for tree in laid] == [True, True, False]
    few.keep("0" * 64, laid[2], 4)
    assert few.kept("0" * 64) is None
    few.keep(laid[2].root, laid[2], 11)
    assert [few.kept(tree.root) for tree in laid] == [None, None, None]
