"""The judge of a run: reads its history and the rows that are stored, and says what is wrong. It trusts nobody.

It imports nothing of the product, recomputes the chain from the stored bytes, and compares what was said with what
is in the facts. A mark that was sent and never answered may be stored or not; everything else is certain.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from tests.faults.history import Line, canonical, digest_of, key_of

FIRST_LINK = "0" * 64
COUNTS = {"counts": "stored", "pending": "pending"}
"""What the standing of a fact is called in an answer."""

QUESTIONS = {
    "facts": 'SELECT "contest", "seq", "content", "prev", "link" FROM "fact"',
    "heads": 'SELECT "id", "seq", "link" FROM "head"',
    "receipts": 'SELECT "id", "receipt" FROM "receipt"',
}


@dataclass(frozen=True)
class Stored:
    """What a database holds: facts, heads and receipts, as plain rows."""

    facts: Sequence[Mapping[str, Any]]
    heads: Sequence[Mapping[str, Any]] = ()
    receipts: Sequence[Mapping[str, Any]] = ()


def stored_sqlite(path: Path | str) -> Stored:
    """Read an SQLite file with the standard library alone."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return stored_in(connection)
    finally:
        connection.close()


def stored_in(connection: sqlite3.Connection) -> Stored:
    """Read an open SQLite connection."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, question in QUESTIONS.items():
        cursor = connection.cursor()
        cursor.row_factory = None
        found = cursor.execute(question)
        names = [column[0] for column in found.description]
        rows[name] = [dict(zip(names, values, strict=True)) for values in found]
    return Stored(**rows)


async def stored_postgres(url: str) -> Stored:
    """Read a PostgreSQL database with asyncpg alone."""
    connection = await asyncpg.connect(url)
    try:
        rows = {name: [dict(row) for row in await connection.fetch(ask)] for name, ask in QUESTIONS.items()}
    finally:
        await connection.close()
    return Stored(**rows)


def check(history: Iterable[Line], stored: Stored) -> list[str]:
    """Everything that is wrong, in words; an empty list is what every run must end with."""
    lines = list(history)
    marks = _Marks(stored)
    return [
        *_chain(stored),
        *marks.problems,
        *_receipts(stored, marks),
        *_Intake(lines, marks).problems(),
        *_viewers(lines),
    ]


# ---- what is stored ------------------------------------------------------------------------------------------


def _chain(stored: Stored) -> Iterator[str]:
    """Numbers from 1 without holes, every link over the one before, and a head that says where it ends."""
    ends: dict[str, tuple[int, str]] = {}
    for row in sorted(stored.facts, key=lambda row: (row["contest"], row["seq"])):
        contest, seq = row["contest"], row["seq"]
        last, link = ends.get(contest, (0, FIRST_LINK))
        if seq != last + 1:
            yield f"chain: {contest} has {seq} after {last}"
        if row["prev"] != link:
            yield f"chain: {contest} {seq} does not follow the link before it"
        if row["link"] != hashlib.sha256(bytes.fromhex(row["prev"]) + row["content"].encode()).hexdigest():
            yield f"chain: {contest} {seq} is not what its link says"
        content = json.loads(row["content"])
        if (content["contest"], content["seq"]) != (contest, seq):
            yield f"chain: {contest} {seq} says of itself that it is {content['contest']} {content['seq']}"
        ends[contest] = seq, row["link"]
    heads = {row["id"]: (row["seq"], row["link"]) for row in stored.heads}
    for contest in sorted({*ends, *heads} if stored.heads else ()):
        if heads.get(contest, (0, FIRST_LINK)) != ends.get(contest, (0, FIRST_LINK)):
            yield f"head: {contest} does not end where its head says"


@dataclass(frozen=True)
class _Mark:
    """A mark as a fact holds it."""

    contest: str
    seq: int
    link: str
    digest: str
    verdict: str
    because: str
    device: str

    @property
    def answer(self) -> tuple[Any, ...]:
        return (self.verdict, self.seq, self.link, self.because)


class _Marks:
    """The marks that facts hold, by their keys."""

    def __init__(self, stored: Stored) -> None:
        self.by_key: dict[str, _Mark] = {}
        self.problems: list[str] = []
        ids: dict[str, str] = {}
        for row in sorted(stored.facts, key=lambda row: (row["contest"], row["seq"])):
            body = json.loads(row["content"])["body"]
            if body["fact"] != "mark_entered":
                continue
            key = key_of(body)
            if key in self.by_key:
                self.problems.append(f"twice: {key} is stored as {self.by_key[key].seq} and as {row['seq']}")
            if ids.setdefault(body["mark"], key) != key:
                self.problems.append(f"twice: mark {body['mark']} came as {ids[body['mark']]} and as {key}")
            self.by_key[key] = _Mark(
                contest=row["contest"],
                seq=row["seq"],
                link=row["link"],
                digest=digest_of(body),
                verdict=COUNTS.get(body["standing"], body["standing"]),
                because=body["because"],
                device=body["device"],
            )


def _receipts(stored: Stored, marks: _Marks) -> Iterator[str]:
    """What a repeat would be answered is what the facts say."""
    if not stored.receipts:
        return
    kept = {row["id"]: json.loads(row["receipt"]) for row in stored.receipts}
    for key, receipt in kept.items():
        answer = tuple(receipt.get(name) or ("" if name in ("link", "because") else None) for name in _ANSWER)
        if answer[0] == "refused":
            if key in marks.by_key:
                yield f"receipt: {key} is stored and its receipt says it was refused"
        elif key not in marks.by_key or answer != marks.by_key[key].answer:
            yield f"receipt: {key} says what no fact says"
    yield from (f"receipt: {key} is stored and has none" for key in marks.by_key if key not in kept)


_ANSWER = ("verdict", "seq", "link", "because")


# ---- what was said and answered ------------------------------------------------------------------------------


@dataclass
class _Intake:
    """Follows what tablets sent and were told."""

    lines: list[Line]
    marks: _Marks
    sent: dict[str, dict[str, int]] = field(default_factory=dict)
    """By key: the digests sent under it, with the highest number of its contest that had been answered before."""
    answers: dict[tuple[str, str], Line] = field(default_factory=dict)
    outlived: set[tuple[str, str]] = field(default_factory=set)
    """Acknowledged, and then overtaken by an older backup: to be sent again, under whatever number."""
    saved: dict[str, dict[str, str]] = field(default_factory=dict)
    newest: Counter[str] = field(default_factory=Counter)

    def contest(self, key: str) -> str:
        """The contest of a mark, if it is stored."""
        return self.marks.by_key[key].contest if key in self.marks.by_key else ""

    def problems(self) -> Iterator[str]:
        for line in self.lines:
            match line["kind"]:
                case "saved":
                    self.saved.setdefault(line["client"], {})[line["key"]] = line["digest"]
                case "sent":
                    self.sent.setdefault(line["key"], {}).setdefault(
                        line["digest"], self.newest[self.contest(line["key"])]
                    )
                case "answered":
                    yield from self._answered(line)
                case "restored":
                    self._restored(line)
                case "lost":
                    self._lost(line["client"])
                case "drained":
                    yield from self._drained(line["client"])
        yield from self._acknowledged()
        yield from self._nothing_invented()

    def _answered(self, line: Line) -> Iterator[str]:
        key, digests = line["key"], self.sent.get(line["key"], {})
        # Without a digest it answers what was sent last under this number.
        digest = line.get("digest") or next(reversed(digests), "")
        if digest not in digests:
            yield f"answer: {key} was answered and never sent"
            return
        before = self.answers.setdefault((key, digest), line)
        if _said(before) != _said(line):
            yield f"repeat: {key} was answered {_said(before)} and then {_said(line)}"
        if line["verdict"] == "refused":
            return
        if line["seq"] is None or not line["link"]:
            yield f"answer: {key} is {line['verdict']} without a number or a link"
            return
        if line["seq"] <= digests[digest]:
            yield f"order: {key} got {line['seq']}, and {digests[digest]} was answered before it was sent"
        contest = self.contest(key)
        self.newest[contest] = max(self.newest[contest], line["seq"])

    def _restored(self, line: Line) -> None:
        for place, answer in list(self.answers.items()):
            if answer["seq"] is None:
                del self.answers[place]
            elif self.contest(place[0]) in ("", line["contest"]) and answer["seq"] > line["seq"]:
                self.outlived.add(place)
                del self.answers[place]
        self.newest[line["contest"]] = min(self.newest[line["contest"]], line["seq"])
        for key, digests in self.sent.items():
            if self.contest(key) == line["contest"]:
                self.sent[key] = {digest: min(before, line["seq"]) for digest, before in digests.items()}

    def _lost(self, client: str) -> None:
        # What an older backup lacks nobody else holds until the tablet's second answer.
        self.outlived.difference_update(self.saved.pop(client, {}).items())

    def _drained(self, client: str) -> Iterator[str]:
        for key, digest in self.saved.get(client, {}).items():
            if (key, digest) not in self.answers and (key, digest) not in self.outlived:
                yield f"forgotten: {key} was saved on {client} and never answered"

    def _acknowledged(self) -> Iterator[str]:
        for (key, digest), answer in self.answers.items():
            mark = self.marks.by_key.get(key)
            here = mark is not None and mark.digest == digest
            if answer["verdict"] == "refused":
                if here and (key, digest) not in self.outlived:
                    yield f"altered: {key} was refused and is stored"
            elif mark is None:
                yield f"lost: {key} was acknowledged as {answer['seq']} and is not stored"
            elif not here:
                yield f"altered: {key} is stored with another content than was sent"
            elif mark.answer != _said(answer):
                yield f"altered: {key} was answered {_said(answer)} and is stored as {mark.answer}"
        for key, digest in sorted(self.outlived):
            mark = self.marks.by_key.get(key)
            if mark is None or mark.digest != digest:
                yield f"lost: {key} was acknowledged before an older backup came, and is not stored"

    def _nothing_invented(self) -> Iterator[str]:
        devices = {key.rpartition(":")[0] for key in self.sent}
        for key, mark in self.marks.by_key.items():
            if mark.device in devices and mark.digest not in self.sent.get(key, {}):
                yield f"invented: {key} is stored and was never sent like this"


def _said(answer: Line) -> tuple[Any, ...]:
    return tuple(answer[name] for name in _ANSWER)


# ---- what was seen -------------------------------------------------------------------------------------------


def _viewers(lines: Iterable[Line]) -> Iterator[str]:
    """Versions without gaps, nothing but what was allowed, and in the end exactly what may be seen."""
    at: dict[tuple[str, str], tuple[str, int, dict[str, Any]]] = {}
    allowed: dict[str, set[str]] = {}
    for line in lines:
        if line["kind"] == "allowed":
            allowed.setdefault(line["event"], set()).add(canonical(line["rows"]))
        elif line["kind"] == "saw":
            place = line["viewer"], line["event"]
            yield from _saw(line, at.get(place))
            before = at[place][2] if line["message"] == "moved" and place in at else {}
            rows = {**before, **line["rows"]}
            for gone in line.get("gone", ()):
                rows.pop(gone, None)
            at[place] = line["epoch"] or (at[place][0] if place in at else ""), line["version"], rows
            if line["event"] in allowed and canonical(rows) not in allowed[line["event"]]:
                yield f"seen: {place} has at version {line['version']} what nobody may see"
        elif line["kind"] == "may_see":
            place = line["viewer"], line["event"]
            if place not in at or canonical(at[place][2]) != canonical(line["rows"]):
                yield f"seen: {place} does not end with what may be seen"


def _saw(line: Line, before: tuple[str, int, dict[str, Any]] | None) -> Iterator[str]:
    who = f"{line['viewer']} of {line['event']}"
    if line["message"] == "reset":
        if before and before[0] == line["epoch"] and line["version"] < before[1]:
            yield f"version: {who} went back from {before[1]} to {line['version']}"
    elif before is None:
        yield f"version: {who} was moved before there was a board"
    elif line["epoch"] not in ("", before[0]):
        yield f"version: {who} was moved from another board"
    elif line["after"] != before[1]:
        yield f"version: {who} had {before[1]} and was moved after {line['after']}"
    elif line["version"] <= line["after"]:
        yield f"version: {who} was moved from {line['after']} to {line['version']}"
