"""Checking what is stored: the chain of a contest is unbroken, and the rows say what the facts say.

Nothing here trusts the book: the chain is recomputed from the stored bytes, the rows are folded anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from piccolo.table import Table

from contest.model.fact import FIRST_LINK, Fact, SchemeAdopted, canonical, commitment, link_of, read_fact
from contest.model.ids import ContestId
from contest.store.open import Store, open_store
from contest.store.projections import Projection
from contest.store.queries.facts import fact_rows_after
from contest.store.schemes import digest_of
from contest.store.tables import (
    DeviceRow,
    EntryRow,
    GateRow,
    HeadRow,
    MarkRow,
    ReusedKeyRow,
    RoundRow,
    SchemeRow,
    SeatRow,
    TieRow,
    WordsRow,
)
from contest.store.write import fact_row


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found: how many facts, and the first problem, or none."""

    contest: ContestId
    facts: int
    problem: str = ""


class _Broken(Exception):
    """The chain or a row is not what the facts say."""


async def verify_all(url: str) -> list[tuple[str, int, str]]:
    """Check every contest of an installation: its id, the number of its facts, and the first problem if any."""
    store = await open_store(url, readonly=True)
    try:
        contests = [ContestId(row["id"]) for row in await store.select(HeadRow.select(HeadRow.id))]
        checked = [await verify(store, contest) for contest in sorted(contests)]
        return [(one.contest, one.facts, one.problem) for one in checked]
    finally:
        await store.close()


async def verify(store: Store, contest: ContestId) -> Checked:
    """Check a contest's chain, its words, and the rows that are projected from it."""
    facts: list[Fact] = []
    try:
        async for fact in _chain(store, contest):
            facts.append(fact)
        await _check_head(store, contest, facts)
        await _check_words(store, contest, facts)
        await _check_schemes(store, facts)
        await _check_projection(store, contest, facts)
    except _Broken as broken:
        return Checked(contest=contest, facts=len(facts), problem=str(broken))
    return Checked(contest=contest, facts=len(facts))


async def _chain(store: Store, contest: ContestId) -> Any:
    seq, link = 0, FIRST_LINK
    while rows := await fact_rows_after(store, contest, seq):
        for row in rows:
            fact = _checked_fact(row, seq + 1, link)
            seq, link = fact.seq, fact.link
            yield fact


def _checked_fact(row: Mapping[str, Any], seq: int, prev: str) -> Fact:
    where = f"fact {row['seq']}"
    if row["seq"] != seq:
        raise _Broken(f"fact {seq} is missing 缺第 {seq} 条")
    content = row["content"].encode()
    if row["prev"] != prev or row["link"] != link_of(prev, content):
        raise _Broken(f"{where}: the link does not follow 链条断裂")
    try:
        fact = read_fact(content, row["prev"], row["link"])
    except msgspec.MsgspecError as unreadable:
        raise _Broken(f"{where}: unreadable 无法读取 ({unreadable})") from unreadable
    if canonical(fact.contest, fact.seq, fact.at, fact.body) != content:
        raise _Broken(f"{where}: not written as facts are written 格式不符")
    if dict(row) != fact_row(fact, content):
        raise _Broken(f"{where}: the row differs from its content 行与内容不符")
    return fact


async def _check_head(store: Store, contest: ContestId, facts: list[Fact]) -> None:
    rows = await store.select(HeadRow.select().where(HeadRow.id == contest))
    last = {"seq": facts[-1].seq, "link": facts[-1].link} if facts else {"seq": 0, "link": FIRST_LINK}
    last["signed"] = last["seq"]
    if (rows or facts) and rows != [{"id": contest, **last}]:
        raise _Broken("the chain does not end where its head says 链尾与链头不符")


async def _check_words(store: Store, contest: ContestId, facts: list[Fact]) -> None:
    """Words may have been erased; those that are there must be the ones that were given."""
    said = {fact.seq: getattr(fact.body, "reason", "") for fact in facts}
    for words in await store.select(WordsRow.select().where(WordsRow.contest == contest)):
        if said.get(words["seq"]) != commitment(words["salt"], words["text"]):
            raise _Broken(f"fact {words['seq']}: its words were changed 文字被改动")


async def _check_schemes(store: Store, facts: list[Fact]) -> None:
    adopted = {
        (fact.body.event, fact.body.version): fact.body.digest
        for fact in facts
        if isinstance(fact.body, SchemeAdopted)
    }
    events = sorted({event for event, _ in adopted})
    if events:
        for row in await store.select(SchemeRow.select().where(SchemeRow.event.is_in(events))):
            if adopted.get((row["event"], row["version"])) != digest_of(row["document"]):
                raise _Broken(f"scheme {row['event']} {row['version']}: changed 评分标准被改动")


async def _check_projection(store: Store, contest: ContestId, facts: list[Fact]) -> None:
    folded = rebuilt(facts)
    for table, expected in (
        (MarkRow, folded.marks),
        (ReusedKeyRow, folded.reused),
        (TieRow, folded.ties),
        (GateRow, folded.gates),
        (RoundRow, folded.rounds),
    ):
        await _same_rows(store, contest, table, expected)
    columns: tuple[tuple[type[Table], str, Mapping[str, str | None], str | None], ...] = (
        (EntryRow, "status", folded.statuses, "entered"),
        (SeatRow, "device", folded.holders, None),
        (DeviceRow, "revoked_at", folded.revoked, None),
    )
    for owner, column, said, otherwise in columns:
        for row in await _rows_of(store, contest, owner):
            if row[column] != said.get(row["id"], otherwise):
                raise _Broken(f"{owner._meta.tablename} {row['id']}: {column} differs from the ledger 与账本不符")


def rebuilt(facts: Iterable[Fact]) -> Projection:
    """The projected rows of a contest, made from its facts alone."""
    projection = Projection()
    for fact in facts:
        projection.fold(fact)
    return projection


async def _same_rows(
    store: Store, contest: ContestId, table: type[Table], expected: Mapping[str, Mapping[str, Any]]
) -> None:
    stored = {row["id"]: row for row in await _rows_of(store, contest, table)}
    for key in sorted({*stored, *expected}):
        if stored.get(key) != expected.get(key):
            raise _Broken(f"{table._meta.tablename} {key}: differs from the ledger 与账本不符")


async def _rows_of(store: Store, contest: ContestId, table: type[Table]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await store.select(
        table.select().where(table._meta.get_column_by_name("contest") == contest)
    )
    return rows
