"""A contest's ledger as one file that anybody can check without us: docs/verifying.md gives its exact form.

Facts, the signed heads behind them, scheme documents, checkpoints; free texts only when they are asked for. The
last line seals all bytes before it. What is written while the file is made is not in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from contest.errors import NotFound
from contest.model.fact import SchemeAdopted, read_fact
from contest.model.ids import ContestId
from contest.model.signing import PublicKey, SigningKey
from contest.store.checkpoints import checkpoints_of
from contest.store.clock import now
from contest.store.gather import head_of
from contest.store.keys import key_of
from contest.store.open import Store
from contest.store.tables import ContestRow, FactRow, HeadRow, SchemeRow, SignedHeadRow, SigningKeyRow, WordsRow

FORMAT = "jiangsai-ledger/1"
PREFIX = b"jiangsai/bundle/1\n"
LENGTH = 500
"""Facts that are read at once: others are answered in between."""

_SORTED = msgspec.json.Encoder(order="sorted")


async def bundle(
    store: Store, contest: ContestId, key: SigningKey, *, words: bool = False
) -> AsyncIterator[bytes]:
    """Write the ledger of a contest, in pieces; NotFound when there is no such contest."""
    head = await _head(store, contest)
    schemes = await _schemes(store, contest, head["seq"])
    texts = await _words(store, contest, head["seq"]) if words else []
    checkpoints = [one for one in await checkpoints_of(store, contest) if one.seq <= head["seq"]]
    covered = (SignedHeadRow.contest == contest) & (SignedHeadRow.seq <= head["signed"])
    header = {
        "at": now(),
        "checkpoints": len(checkpoints),
        "contest": contest,
        "facts": head["seq"],
        "format": FORMAT,
        "heads": await store.select(SignedHeadRow.count().where(covered)),
        "keys": await _keys(store, key),
        "schemes": len(schemes),
        "words": len(texts),
    }
    seal = hashlib.sha256()
    first = _lines({"header": header})
    seal.update(first)
    yield first
    async for piece in _facts(store, contest, head["seq"]):
        seal.update(piece)
        yield piece
    last = _lines(
        *({"scheme": scheme} for scheme in schemes),
        *({"words": text} for text in texts),
        *({"checkpoint": checkpoint} for checkpoint in checkpoints),
    )
    seal.update(last)
    end = {"key": key.fingerprint, "sha256": seal.hexdigest()}
    signature = key.sign(PREFIX + _SORTED.encode(end))
    yield last + _lines({"end": end | {"signature": signature}})


def _lines(*values: Any) -> bytes:
    return b"".join(_SORTED.encode(value) + b"\n" for value in values)


async def _head(store: Store, contest: ContestId) -> dict[str, Any]:
    rows = await store.select(HeadRow.select().where(HeadRow.id == contest))
    if not rows and not await store.select(ContestRow.select(ContestRow.id).where(ContestRow.id == contest)):
        raise NotFound(what="contest")
    found: dict[str, Any] = rows[0] if rows else {"seq": 0, "signed": 0}
    return found


async def _keys(store: Store, key: SigningKey) -> list[dict[str, str]]:
    """Every key on record, oldest first, and the one that seals."""
    rows = await store.select(SigningKeyRow.select().order_by(SigningKeyRow.made_at, SigningKeyRow.id))
    keys: list[PublicKey] = [key_of(row) for row in rows]
    if key.fingerprint not in {known.fingerprint for known in keys}:
        keys.append(key.introduced(now()))
    return [msgspec.structs.asdict(known) for known in keys]


async def _facts(store: Store, contest: ContestId, upto: int) -> AsyncIterator[bytes]:
    """The facts in order, each commit's head behind the last fact that it covers."""
    for start in range(0, upto, LENGTH):
        until = min(start + LENGTH, upto)
        among = (FactRow.contest == contest) & (FactRow.seq > start) & (FactRow.seq <= until)
        facts = await store.select(
            FactRow.select(FactRow.seq, FactRow.content, FactRow.link).where(among).order_by(FactRow.seq)
        )
        ending = (SignedHeadRow.contest == contest) & (SignedHeadRow.seq > start) & (SignedHeadRow.seq <= until)
        heads = {row["seq"]: head_of(row) for row in await store.select(SignedHeadRow.select().where(ending))}
        lines = []
        for row in facts:
            lines.append(_lines({"content": row["content"], "link": row["link"]}))
            if row["seq"] in heads:
                lines.append(_lines({"head": heads[row["seq"]]}))
        yield b"".join(lines)


async def _schemes(store: Store, contest: ContestId, upto: int) -> list[dict[str, Any]]:
    """Every version of a scheme that was adopted, ordered by event and version."""
    adopting = (FactRow.contest == contest) & (FactRow.kind == "scheme_adopted") & (FactRow.seq <= upto)
    bodies = [
        read_fact(row["content"], "", "").body
        for row in await store.select(FactRow.select(FactRow.content).where(adopting))
    ]
    adopted = {(body.event, body.version) for body in bodies if isinstance(body, SchemeAdopted)}
    events = sorted({event for event, _ in adopted})
    rows = await store.select(SchemeRow.select().where(SchemeRow.event.is_in(events))) if events else []
    found = [
        {name: row[name] for name in ("document", "event", "version")}
        for row in rows
        if (row["event"], row["version"]) in adopted
    ]
    return sorted(found, key=lambda scheme: (scheme["event"], scheme["version"]))


async def _words(store: Store, contest: ContestId, upto: int) -> list[dict[str, Any]]:
    query = WordsRow.select(WordsRow.salt, WordsRow.seq, WordsRow.text)
    among = (WordsRow.contest == contest) & (WordsRow.seq <= upto)
    found: list[dict[str, Any]] = await store.select(query.where(among).order_by(WordsRow.seq))
    return found
