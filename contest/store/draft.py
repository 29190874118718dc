"""One batch on its way into the book: what was read under the lock, and what is to be written.

Every command of the batch is decided against the draft as the commands before it left it. Nothing here touches
the database; a draft that is not written has no effect.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from contest.errors import MarkNotForSeat, NotFound, SeatRevoked
from contest.model.fact import Fact, FactBody, canonical, commitment, link_of
from contest.model.gate import GateLine, Line
from contest.model.ids import AspectId, ContestId, EntryId, EventId, MarkId, PanelId, SeatId, SessionId
from contest.model.mark import DESK, WHOLE_PANEL, DeviceScene, EnterMark, Receipt, SessionScene, Standing
from contest.model.ruling import EventScene, Recorded
from contest.model.signing import SignedHead
from contest.store.projections import Projection
from contest.store.work import Row, Run
from scoring.scheme import Scheme

SALT_BYTES = 16
"""Length of the salt of every free text."""

_ASPECTS = msgspec.json.Decoder(tuple[AspectId, ...])


@dataclass(slots=True)
class Known:
    """What a batch left for the next one; it holds while these are the newest links under the lock."""

    heads: dict[str, str]
    plan: int
    draft: Draft


@dataclass(slots=True)
class Draft:
    """What a batch knows and what it will write."""

    at: str = ""
    """The server's time for every fact of the batch, taken under the lock."""
    heads: dict[str, Row] = field(default_factory=dict)
    unsigned: dict[str, list[str]] = field(default_factory=dict)
    """Links of a contest's chain that no head covers yet: of a ledger from before heads were signed."""
    receipts: dict[str, tuple[str, Receipt]] = field(default_factory=dict)
    """By `device:device_seq`: the digest of what came first, and the answer it got."""
    events: dict[str, Row] = field(default_factory=dict)
    sessions: dict[str, Row] = field(default_factory=dict)
    entered: dict[str, set[EntryId]] = field(default_factory=dict)
    """Entries that stand in a session, by the session; as far as somebody asked."""
    entries: dict[str, Row] = field(default_factory=dict)
    panels: dict[PanelId, frozenset[SeatId]] = field(default_factory=dict)
    seats: dict[str, Row] = field(default_factory=dict)
    devices: dict[str, Row] = field(default_factory=dict)
    schemes: dict[str, Scheme] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    contests: set[str] = field(default_factory=set)
    """Contests of which any of these rows is."""
    gated: set[str] = field(default_factory=set)
    """Sessions whose gates are known."""
    projection: Projection = field(default_factory=Projection)
    _scenes: dict[str, SessionScene] = field(default_factory=dict)
    _tablets: dict[str, DeviceScene] = field(default_factory=dict)

    facts: list[Fact] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    """What was hashed of each of them."""
    words: list[Row] = field(default_factory=list)
    signed: list[SignedHead] = field(default_factory=list)
    new_receipts: list[tuple[ContestId, str, EnterMark, Receipt]] = field(default_factory=list)
    """Contest, digest, mark and its answer, as yet without a head."""
    new_devices: list[Row] = field(default_factory=list)
    new_schemes: list[Row] = field(default_factory=list)
    also: list[Run] = field(default_factory=list)
    reused: list[tuple[ContestId, EnterMark]] = field(default_factory=list)
    """Marks that came under a number which had brought another mark before."""
    told: set[tuple[str, int, str]] = field(default_factory=set)
    """Of those, what the ledger knows already: device, number and digest."""

    def next(self) -> Draft:
        """The draft that a later batch starts with, if nobody else has written: all but marks and answers."""
        known = self.projection
        return Draft(
            sessions=self.sessions,
            entered=self.entered,
            panels=self.panels,
            seats=self.seats,
            devices=self.devices,
            schemes=self.schemes,
            versions=self.versions,
            contests=self.contests,
            gated=self.gated,
            projection=Projection(
                gates=known.gates,
                lines=known.lines,
                rounds=known.rounds,
                holders=known.holders,
                revoked=known.revoked,
            ),
            _scenes=self._scenes,
            _tablets=self._tablets,
        )

    def record(self, contest: ContestId, body: FactBody, text: str = "") -> Fact:
        """Number a fact, chain it to the one before, and let it take effect for the commands that follow."""
        head = self.heads[contest]
        seq = head["seq"] + 1
        if text:
            body = self._set_aside(contest, seq, body, text)
        content = canonical(contest, seq, self.at, body)
        link = link_of(head["link"], content)
        fact = Fact(contest=contest, seq=seq, at=self.at, body=body, prev=head["link"], link=link)
        self.projection.fold(fact)
        head["seq"], head["link"] = seq, link
        self.facts.append(fact)
        self.contents.append(content)
        return fact

    def _set_aside(self, contest: ContestId, seq: int, body: FactBody, text: str) -> FactBody:
        """Keep a free text beside the chain; the fact holds only its salted commitment."""
        salt = secrets.token_hex(SALT_BYTES)
        self.words.append({"id": f"{contest}:{seq}", "contest": contest, "seq": seq, "salt": salt, "text": text})
        return msgspec.structs.replace(body, reason=commitment(salt, text))

    def record_all(
        self, contest: ContestId, bodies: Sequence[FactBody], *, words_for: int = 0, text: str = ""
    ) -> Recorded:
        """Record the facts of one decision; the text belongs to one of them."""
        self._scenes.clear()
        self._tablets.clear()
        facts = [
            self.record(contest, body, text if place == words_for % len(bodies) else "")
            for place, body in enumerate(bodies)
        ]
        return Recorded(contest=contest, seqs=tuple(fact.seq for fact in facts), at=self.at)

    def session(self, contest: ContestId, key: SessionId) -> SessionScene:
        """A session as it stands now; MarkNotForSeat when the contest has none of this id."""
        found = self._scenes.get(key)
        if found is None:
            found = self._scenes[key] = self._session(key)
        if found.contest != contest or contest not in self.heads:
            raise MarkNotForSeat()
        return found

    def _session(self, key: SessionId) -> SessionScene:
        row = self.sessions.get(key)
        if row is None:
            raise MarkNotForSeat()
        scheme = self.schemes.get(row["event"])
        known = scheme.aspects if scheme else {}
        return SessionScene(
            session=key,
            contest=ContestId(row["contest"]),
            event=EventId(row["event"]),
            gates=self.projection.line(Line.SESSION, key),
            aspects={aspect: known[aspect] for aspect in aspects_of(row) if aspect in known},
            entries=self.entered.setdefault(key, set()),
            seats=self.panels.get(row["panel"], frozenset()),
        )

    def device(self, command: EnterMark) -> DeviceScene:
        """The device of a mark; SeatRevoked when nobody ever confirmed it."""
        if command.device.startswith(DESK):
            return DeviceScene(device=command.device, seat=WHOLE_PANEL, holds_seat=True)
        known = self._tablets.get(command.device)
        if known is None:
            known = self._tablets[command.device] = self._tablet(command)
        return known

    def _tablet(self, command: EnterMark) -> DeviceScene:
        row = self.devices.get(command.device)
        if row is None:
            raise SeatRevoked()
        seat = SeatId(row["seat"])
        holds = (
            self.projection.revoked.get(command.device) is None
            and self.projection.holders.get(seat) == command.device
        )
        return DeviceScene(device=command.device, seat=seat, holds_seat=holds)

    def event(self, contest: ContestId, key: EventId) -> EventScene:
        """An event as it stands now, with all its sessions; NotFound when the contest has none of this id."""
        row = self.events.get(key)
        if row is None or row["contest"] != contest or contest not in self.heads:
            raise NotFound(what="event")
        lines: dict[Line, GateLine] = {
            line: self.projection.line(line, key) for line in Line if line is not Line.SESSION
        }
        sessions = [SessionId(session["id"]) for session in self.sessions.values() if session["event"] == key]
        return EventScene(
            event=key,
            contest=contest,
            blind=bool(row["blind"]),
            lines=lines,
            sessions={session: self.projection.line(Line.SESSION, session) for session in sessions},
            pending={
                MarkId(mark["id"]): SessionId(mark["session"])
                for mark in self.projection.marks.values()
                if mark["event"] == key and mark["standing"] == Standing.PENDING
            },
            has_scheme=key in self.schemes,
        )


def aspects_of(session: Row) -> tuple[AspectId, ...]:
    """The aspects that a session marks."""
    return _ASPECTS.decode(session["aspects"])
