"""Checking what is stored: the chain of a contest is unbroken, and the rows say what the facts say.

Nothing here trusts the book: the chain is recomputed from the stored bytes, the rows are folded anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from piccolo.table import Table

from contest.errors import StoreUnavailable
from contest.model.fact import Fact, MarkEntered, SchemeAdopted, commitment
from contest.model.ids import ContestId
from contest.model.mark import EnterMark, MarkKind, Receipt, Standing
from contest.store.chain import Along, Broken, go_along, known_keys
from contest.store.checkpoints import checkpoint_of, checkpoint_row, checkpoint_signed
from contest.store.draft import SALT_BYTES
from contest.store.open import Store, open_still
from contest.store.projections import Projection
from contest.store.queries.facts import fact_rows_after
from contest.store.schemes import digest_of
from contest.store.tables import (
    CheckpointRow,
    DeviceRow,
    EntryRow,
    FactRow,
    GateRow,
    HeadRow,
    MarkRow,
    ReceiptRow,
    RemarkRow,
    ReusedKeyRow,
    RoundRow,
    SchemeRow,
    SeatRow,
    SignedHeadRow,
    TieRow,
    WordsRow,
)

RECEIPTS = 500
"""How many receipts are asked for at once."""

_RECEIPT = msgspec.json.Decoder(Receipt)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found: how many facts, and the first problem, or none."""

    contest: ContestId
    facts: int
    problem: str = ""
    marks: int = 0
    """How many of the facts are marks that were entered; 0 when there is a problem."""


async def verify_all(url: str) -> list[tuple[str, int, str]]:
    """Check every contest of an installation: its id, the number of its facts, and the first problem if any.

    Everything is read as it stands at one moment. What belongs to no contest has an empty id, and appears only
    when something is wrong with it.
    """
    found: list[Checked] = []
    try:
        store = await open_still(url)
        try:
            for contest in await contests_with_facts(store):
                found.append(await verify(store, contest))
            await _check_whole(store, found)
        finally:
            await store.close()
    except (StoreUnavailable, UnicodeDecodeError, Broken) as problem:
        found.append(Checked(contest=ContestId(""), facts=0, problem=_said(problem)))
    return [(str(one.contest), one.facts, one.problem) for one in found]


def _said(problem: Exception) -> str:
    """What is wrong with the file itself; StoreUnavailable again when it can only not be reached."""
    damage = problem.__cause__ if isinstance(problem, StoreUnavailable) else problem
    code = getattr(damage, "sqlite_errorcode", 0) & 0xFF
    if isinstance(problem, StoreUnavailable) and code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        raise problem
    return str(damage) if isinstance(problem, Broken) else f"the file is damaged 文件损坏 ({damage})"


async def contests_with_facts(store: Store) -> list[ContestId]:
    """Every contest that any row of the ledger names."""
    named: set[str] = {row["id"] for row in await store.select(HeadRow.select(HeadRow.id))}
    for table in (FactRow, WordsRow, SignedHeadRow, CheckpointRow, MarkRow, GateRow, TieRow, RoundRow):
        column = table._meta.get_column_by_name("contest")
        named |= {row["contest"] for row in await store.select(table.select(column).distinct())}
    return [ContestId(contest) for contest in sorted(named)]


async def verify(store: Store, contest: ContestId) -> Checked:
    """Check a contest's chain, its signed heads, words and receipts, and the rows that are projected from it."""
    along, folded = Along(contest), _Folded()
    try:
        keys = await known_keys(store)
        async for facts in go_along(store, along, keys):
            covering = await _covering(store, contest, facts)
            for fact in facts:
                folded.take(fact)
            await _check_receipts(store, facts, covering)
        await _check_words(store, contest, folded.reasons)
        await _check_schemes(store, folded.adopted)
        await _check_checkpoints(store, contest, keys)
        await _check_projection(store, contest, folded.projection)
    except Broken as broken:
        return Checked(contest=contest, facts=along.seq, problem=str(broken))
    except UnicodeDecodeError as unreadable:
        problem = f"after fact {along.seq}: a text cannot be read 文字无法读取 ({unreadable})"
        return Checked(contest=contest, facts=along.seq, problem=problem)
    return Checked(contest=contest, facts=along.seq, marks=folded.marks)


class _Folded:
    """What follows from the facts, without the facts themselves: there may be very many."""

    def __init__(self) -> None:
        self.projection = Projection()
        self.reasons: dict[int, str] = {}
        self.adopted: dict[tuple[str, int], tuple[str, str, str]] = {}
        self.marks = 0

    def take(self, fact: Fact) -> None:
        """Let one more fact take effect."""
        self.projection.fold(fact)
        if reason := getattr(fact.body, "reason", ""):
            self.reasons[fact.seq] = reason
        if isinstance(fact.body, SchemeAdopted):
            self.adopted[fact.body.event, fact.body.version] = (fact.body.digest, fact.at, fact.body.by)
        self.marks += isinstance(fact.body, MarkEntered)


async def _check_whole(store: Store, found: Sequence[Checked]) -> None:
    """What belongs to no contest: no receipt promises what is not there, and the file itself is sound."""
    marks = sum(one.marks for one in found)
    if not any(one.problem for one in found):
        promised = await store.select(
            ReceiptRow.raw("SELECT COUNT(*) AS n FROM receipt WHERE receipt NOT LIKE {}", '%"verdict":"refused"%')
        )
        if promised[0]["n"] != marks:
            raise Broken("receipts name marks that are not in the ledger 有回执所说的打分不在账本中")
    strange = await store.select(
        ReceiptRow.raw(
            'SELECT COUNT(*) AS n FROM receipt WHERE "id" <> "device" || {} || CAST("device_seq" AS TEXT) '
            'OR ("head" IS NOT NULL AND receipt LIKE {})',
            ":",
            '%"verdict":"refused"%',
        )
    )
    if strange[0]["n"]:
        raise Broken("receipts are not as they are written 回执格式不符")
    if store.dialect == "sqlite":
        rows = await store.select(ReceiptRow.raw("SELECT * FROM pragma_integrity_check"))
        if [row["integrity_check"] for row in rows] != ["ok"]:
            raise Broken(f"the file is damaged 文件损坏 ({rows[0]['integrity_check']})")


async def _covering(store: Store, contest: ContestId, facts: Sequence[Fact]) -> list[tuple[int, int]]:
    """First and last number of the heads that cover these facts, in order."""
    query = SignedHeadRow.select(SignedHeadRow.first, SignedHeadRow.seq).where(
        (SignedHeadRow.contest == contest)
        & (SignedHeadRow.seq >= facts[0].seq)
        & (SignedHeadRow.first <= facts[-1].seq)
    )
    return [(row["first"], row["seq"]) for row in await store.select(query.order_by(SignedHeadRow.seq))]


async def _check_receipts(store: Store, facts: Sequence[Fact], covering: Sequence[tuple[int, int]]) -> None:
    """Every mark has the receipt that its tablet got, under the head that covers it."""
    marks = [(fact, fact.body) for fact in facts if isinstance(fact.body, MarkEntered)]
    heads, first, last = iter(covering), 0, 0
    for start in range(0, len(marks), RECEIPTS):
        these = marks[start : start + RECEIPTS]
        keys = [f"{body.device}:{body.device_seq}" for _, body in these]
        rows = {row["id"]: row for row in await store.select(ReceiptRow.select().where(ReceiptRow.id.is_in(keys)))}
        for (fact, body), key in zip(these, keys, strict=True):
            while last < fact.seq:
                first, last = next(heads, (0, fact.seq))
            row = rows.get(key, {})
            under = {f"{fact.contest}:{last}"} if first else {None}
            # Receipts from before heads were signed name none; the first of all heads covers them.
            if row.get("head") not in (under | {None} if first == 1 else under) or not _promised(row, fact, body):
                raise Broken(f"fact {fact.seq}: its receipt differs 回执与账本不符")


def _promised(row: Mapping[str, Any], fact: Fact, body: MarkEntered) -> bool:
    if (row["device"], row["device_seq"]) != (body.device, body.device_seq):
        return False
    try:
        said = _RECEIPT.decode(row["receipt"])
    except msgspec.MsgspecError:
        return False
    stored = "stored" if body.standing == Standing.COUNTS else "pending"
    expected = Receipt(
        mark=body.mark,
        device_seq=body.device_seq,
        verdict=stored,
        seq=fact.seq,
        link=fact.link,
        at=fact.at,
        because=body.because,
    )
    return said == expected and (_digest(body) in ("", row["digest"]))


def _digest(body: MarkEntered) -> str:
    """What the tablet's message had as its digest; empty when the fact alone does not say."""
    if body.reason or not body.made_at:
        return ""  # the reason stands beside the chain, and what was no time was not kept
    return EnterMark(
        device=body.device,
        device_seq=body.device_seq,
        mark=body.mark,
        session=body.session,
        entry=body.entry,
        aspect=body.aspect,
        kind=MarkKind(body.kind),
        value=body.value,
        replaces=body.replaces,
        made_at=body.made_at,
    ).digest


async def _check_checkpoints(store: Store, contest: ContestId, keys: Mapping[str, str]) -> None:
    for row in await store.select(CheckpointRow.select().where(CheckpointRow.contest == contest)):
        checkpoint = checkpoint_of(row)
        facts = await fact_rows_after(store, contest, checkpoint.seq - 1, 1)
        link = facts[0]["link"] if facts and facts[0]["seq"] == checkpoint.seq else ""
        if (
            row != checkpoint_row(checkpoint)
            or link != checkpoint.link
            or checkpoint.key not in keys
            or not checkpoint_signed(checkpoint, keys[checkpoint.key])
        ):
            raise Broken(f"checkpoint 备份点 {row['seq']}: differs from the ledger 与账本不符")


async def _check_words(store: Store, contest: ContestId, said: Mapping[int, str]) -> None:
    """Words may have been erased; those that are there must be the ones that were given."""
    for words in await store.select(WordsRow.select().where(WordsRow.contest == contest)):
        try:
            right = said.get(words["seq"]) == commitment(words["salt"], words["text"])
            # The salt has one length, or a word could be cut off the text and called salt.
            right = right and words["salt"] == words["salt"].lower() and len(words["salt"]) == 2 * SALT_BYTES
        except ValueError:
            right = False
        if not right or words["id"] != f"{contest}:{words['seq']}":
            raise Broken(f"fact {words['seq']}: its words were changed 文字被改动")


async def _check_schemes(store: Store, adopted: Mapping[tuple[str, int], tuple[str, str, str]]) -> None:
    events = sorted({event for event, _ in adopted})
    if not events:
        return
    rows = await store.select(SchemeRow.select().where(SchemeRow.event.is_in(events)))
    stored = {
        (row["event"], row["version"]): (row["digest"], row["adopted_at"], row["adopted_by"]) for row in rows
    }
    for row in rows:
        if row["digest"] != digest_of(row["document"]):
            raise Broken(f"scheme {row['event']} {row['version']}: changed 评分标准被改动")
    for event, version in sorted({*stored, *adopted}):
        if stored.get((event, version)) != adopted.get((event, version)):
            raise Broken(f"scheme {event} {version}: differs from the ledger 评分标准与账本不符")


async def _check_projection(store: Store, contest: ContestId, folded: Projection) -> None:
    for table, expected in (
        (MarkRow, folded.marks),
        (ReusedKeyRow, folded.reused),
        (TieRow, folded.ties),
        (RemarkRow, folded.remarks),
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
                raise Broken(f"{owner._meta.tablename} {row['id']}: {column} differs from the ledger 与账本不符")


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
            raise Broken(f"{table._meta.tablename} {key}: differs from the ledger 与账本不符")


async def _rows_of(store: Store, contest: ContestId, table: type[Table]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await store.select(
        table.select().where(table._meta.get_column_by_name("contest") == contest)
    )
    return rows
