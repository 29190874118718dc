"""The signed head of a commit, and the proofs of the receipts that stand under it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from contest.model.ids import ContestId
from contest.model.mark import Receipt
from contest.model.merkle import Tree
from contest.model.signing import SignedHead, SigningKey
from contest.store.draft import Draft


@dataclass(frozen=True, slots=True)
class Seal:
    """What a contest's commit signs: the head, the tree under it, and the newest number before."""

    head: SignedHead
    tree: Tree
    before: int


def seal(draft: Draft, key: SigningKey) -> dict[ContestId, Seal]:
    """Sign, for each contest that moved, how far its chain reaches now."""
    links: dict[ContestId, list[str]] = {}
    for fact in draft.facts:
        links.setdefault(fact.contest, []).append(fact.link)
    seals = {}
    for contest, new in links.items():
        row = draft.heads[contest]
        tree = Tree([*draft.unsigned.get(contest, ()), *new])
        head = key.sign_head(
            contest=contest,
            first=row["signed"] + 1,
            seq=row["seq"],
            link=row["link"],
            root=tree.root,
            at=draft.at,
        )
        row["signed"] = row["seq"]
        draft.signed.append(head)
        seals[contest] = Seal(head, tree, row["seq"] - len(new))
    return seals


def proved(receipts: list[Receipt], seal: Seal | None) -> list[Receipt]:
    """Give those that this commit made the head they stand under; others have theirs, or none."""
    if seal is None:
        return receipts
    return [
        receipt
        if receipt.seq is None or receipt.seq <= seal.before
        else msgspec.structs.replace(receipt, head=seal.head, path=seal.tree.path(receipt.seq - seal.head.first))
        for receipt in receipts
    ]
