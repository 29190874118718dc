"""Going along a contest's chain: every link, every signed head, recomputed from the stored bytes.

Nothing here trusts the book. Where one left off, one can go on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from contest.model.fact import FIRST_LINK, Fact, canonical, link_of, read_fact
from contest.model.ids import ContestId
from contest.model.merkle import Tree
from contest.model.signing import fingerprint_of, head_signed, vouched
from contest.store.gather import head_of
from contest.store.keys import key_of
from contest.store.open import Store
from contest.store.queries.facts import MOST, fact_rows_after
from contest.store.tables import HeadRow, SignedHeadRow, SigningKeyRow
from contest.store.write import fact_row, head_row


class Broken(Exception):
    """The chain, a signature or a row is not what it must be; the sentence says where, in both languages."""


@dataclass(slots=True)
class Along:
    """How far a chain was found to be sound."""

    contest: ContestId
    seq: int = 0
    link: str = FIRST_LINK
    covered: int = 0
    """Up to which fact signed heads were checked."""
    links: list[str] = field(default_factory=list)
    """Of the facts after `covered`."""


async def known_keys(store: Store) -> dict[str, str]:
    """The public half of every key on record by its fingerprint; Broken when one is not what it says."""
    rows = await store.select(SigningKeyRow.select().order_by(SigningKeyRow.id))
    keys = {row["id"]: row["public"] for row in rows}
    for row in rows:
        key = key_of(row)
        try:
            sound = fingerprint_of(key.public) == key.fingerprint and key.public == key.public.lower()
        except ValueError:
            sound = False
        if not sound:
            raise Broken(f"key {key.fingerprint}: not what its fingerprint says 密钥与指纹不符")
        if (key.vouched_by or key.voucher) and not vouched(key, keys.get(key.vouched_by, key.public)):
            raise Broken(f"key {key.fingerprint}: its voucher is not valid 密钥的担保无效")
    return keys


async def go_along(
    store: Store, along: Along, keys: Mapping[str, str], limit: int = MOST
) -> AsyncIterator[list[Fact]]:
    """Check what the chain holds after `along`, and yield its facts in lengths; Broken at what is wrong.

    Ends at the head as it stood at the beginning: what others write meanwhile is left for the next time.
    """
    end = await _head(store, along.contest)
    while along.seq < end["seq"]:
        rows = await fact_rows_after(store, along.contest, along.seq, min(limit, end["seq"] - along.seq))
        if not rows:
            raise Broken(f"fact {along.seq + 1} is missing 缺第 {along.seq + 1} 条")
        facts = [_checked(row, along) for row in rows]
        await _check_heads(store, along, keys)
        yield facts
    if (along.seq, along.link, along.covered) != (end["seq"], end["link"], end["signed"]):
        raise Broken("the chain does not end where its head says 链尾与链头不符")
    # A ledger from before heads were signed has none until its next fact.
    if 0 < along.covered < along.seq:
        raise Broken(f"fact {along.covered + 1}: no signed head covers it 没有签名链头")
    beyond = await fact_rows_after(store, along.contest, end["seq"], 1)
    if beyond and await _head(store, along.contest) == end:
        raise Broken("there are facts behind the head 链头之后还有记录")


async def _head(store: Store, contest: ContestId) -> Mapping[str, Any]:
    rows = await store.select(HeadRow.select().where(HeadRow.id == contest))
    return rows[0] if rows else {"id": contest, "seq": 0, "link": FIRST_LINK, "signed": 0}


def _checked(row: Mapping[str, Any], along: Along) -> Fact:
    seq, where = along.seq + 1, f"fact {row['seq']}"
    if row["seq"] != seq:
        raise Broken(f"fact {seq} is missing 缺第 {seq} 条")
    content = row["content"].encode()
    if row["prev"] != along.link or row["link"] != link_of(along.link, content):
        raise Broken(f"{where}: the link does not follow 链条断裂")
    try:
        fact = read_fact(content, row["prev"], row["link"])
    except msgspec.MsgspecError as unreadable:
        raise Broken(f"{where}: unreadable 无法读取 ({unreadable})") from unreadable
    if canonical(fact.contest, fact.seq, fact.at, fact.body) != content:
        raise Broken(f"{where}: not written as facts are written 格式不符")
    if dict(row) != fact_row(fact, content):
        raise Broken(f"{where}: the row differs from its content 行与内容不符")
    along.seq, along.link = fact.seq, fact.link
    along.links.append(fact.link)
    return fact


async def _check_heads(store: Store, along: Along, keys: Mapping[str, str]) -> None:
    query = SignedHeadRow.select().where(
        (SignedHeadRow.contest == along.contest)
        & (SignedHeadRow.seq > along.covered)
        & (SignedHeadRow.seq <= along.seq)
    )
    for row in await store.select(query.order_by(SignedHeadRow.seq)):
        head, where = head_of(row), f"head 链头 {row['seq']}"
        size = head.seq - along.covered
        if row != head_row(head) or head.first != along.covered + 1 or head.link != along.links[size - 1]:
            raise Broken(f"{where}: differs from the chain 与链不符")
        if head.root != Tree(along.links[:size]).root:
            raise Broken(f"{where}: the Merkle root differs 默克尔根不符")
        if head.key not in keys or not head_signed(head, keys[head.key]):
            raise Broken(f"{where}: the signature is not valid 签名无效")
        along.covered = head.seq
        del along.links[:size]
