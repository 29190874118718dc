"""A tablet without a browser: the same rules as outbox and sender of the judges' page, for any network.

It imports nothing of the product and speaks JSON. What it keeps is durable; what is on its way is forgotten when
it is switched off. Whoever runs it calls `hear`, `lost` and `tick`; it calls `send`, False without a network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.history import History

AT_ONCE, ON_THE_WAY, PATIENCE = 50, 200, 15.0
MALFORMED = {"message_not_understood", "bad_input", "too_large"}
PASSING = {"too_many_requests", "store_unavailable"}
FOR_GOOD = {"not_signed_in", "opened_elsewhere", "update"}
FIGHT, TIMES = 60.0, 2
"""Two pages of one tablet send each other away; who is sent away so often in so many seconds gives in."""

Slot = tuple[str, str, str]
Said = dict[str, Any]
WIRE = ("mark", "device_seq", "session", "entry", "aspect", "kind", "value", "replaces", "reason", "made_at")


@dataclass
class Kept:
    """A mark as it lies on the tablet; `state` is saved, stored, pending or refused."""

    said: Said
    state: str = "saved"
    seq: int | None = None

    @property
    def number(self) -> int:
        return int(self.said["device_seq"])

    @property
    def slot(self) -> Slot:
        return (self.said["session"], self.said["entry"], self.said["aspect"])


@dataclass
class Tablet:
    """One device and everything that is on it."""

    device: str
    token: str
    history: History
    now: Callable[[], float]
    send: Callable[[str], bool] = lambda text: False
    opens_sheets: bool = True

    kept: dict[str, Kept] = field(default_factory=dict)
    strays: dict[str, Said] = field(default_factory=dict)
    """Marks that another copy of this tablet made under numbers that are taken."""
    next: int = 1
    holds: bool = True
    ended: str = ""
    states: dict[str, str] = field(default_factory=dict)
    lines: dict[Slot, list[Said]] = field(default_factory=dict)
    """What the server says stands in a place."""
    backed_up: int = 0

    connected: bool = False
    on_way: dict[str, float] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    """Answered, and asked for once more."""
    one_by_one: bool = False
    paused_until: float = 0.0
    dismissed: list[float] = field(default_factory=list)

    # ---- the judge ------------------------------------------------------------------------------------------

    def mark(self, session: str, entry: str, aspect: str, kind: str, value: int | None, name: str) -> Said:
        """Keep a mark and send it; its number and what it replaces are made now and never again."""
        slot = (session, entry, aspect)
        said = {
            "mark": name,
            "device": self.device,
            "device_seq": self.next,
            "session": session,
            "entry": entry,
            "aspect": aspect,
            "kind": kind,
            "value": value,
            "replaces": self.replaced_by(slot),
            "reason": "",
            "made_at": "",
        }
        self.next += 1
        self.kept[name] = Kept(said)
        self.history.saved(self.device, said)
        self.pump()
        return said

    def replaced_by(self, slot: Slot) -> str | None:
        """The revision that a new mark of a place replaces."""
        own = [kept for kept in self.kept.values() if kept.slot == slot]
        waiting = [kept for kept in own if kept.state == "saved"]
        if waiting:
            return str(max(waiting, key=lambda kept: kept.number).said["mark"])
        stored = max(
            (kept for kept in own if kept.state == "stored"), key=lambda kept: kept.seq or 0, default=None
        )
        told = max(
            (line for line in self.lines.get(slot, ()) if line["standing"] == "counts"),
            key=lambda line: int(line["seq"]),
            default=None,
        )
        if stored and (told is None or (stored.seq or 0) >= told["seq"]):
            return str(stored.said["mark"])
        return str(told["mark"]) if told else None

    def switched_off(self) -> None:
        """The browser was closed: what is kept is kept, the rest is gone."""
        self.lost()
        self.states, self.lines, self.again = {}, {}, set()
        self.one_by_one, self.paused_until = False, 0.0

    @property
    def waiting(self) -> list[Kept]:
        """What is to be sent, in the order it was made; marks of a session that is not open yet wait for it."""
        found = [kept for kept in self.kept.values() if kept.state == "saved" or kept.said["mark"] in self.again]
        found.sort(key=lambda kept: kept.number)
        return [kept for kept in found if not self.holds or self.states.get(kept.slot[0], "planned") != "planned"]

    @property
    def drained(self) -> bool:
        """Whether everything is answered."""
        return not self.again and all(kept.state != "saved" for kept in self.kept.values())

    # ---- the network ----------------------------------------------------------------------------------------

    @property
    def hello(self) -> str:
        """The first message on a new connection."""
        return json.dumps({"type": "hello", "token": self.token})

    def hear(self, text: str) -> None:
        """Take in what the server says."""
        message = json.loads(text)
        take = getattr(self, f"_{message['type']}", None)
        if take is not None:
            take(message)

    def lost(self) -> None:
        """The connection is gone: whatever had no answer may be stored or not."""
        for name in self.on_way:
            self.history.unknown(self.device, self.kept[name].said)
        self.connected = False
        self.on_way.clear()

    def tick(self) -> None:
        """Called every second: what got no answer for too long goes out again."""
        oldest = next(iter(self.on_way.values()), None)
        if oldest is not None and self.now() - oldest > PATIENCE:
            self.on_way.clear()
        self.pump()

    def pump(self) -> None:
        """Send what waits, many at once and without waiting for answers."""
        if not self.connected or self.now() < self.paused_until:
            return
        at_once, most = (1, 1) if self.one_by_one else (AT_ONCE, ON_THE_WAY)
        ready = [kept for kept in self.waiting if kept.said["mark"] not in self.on_way]
        while ready and len(self.on_way) < most:
            batch, ready = ready[:at_once], ready[at_once:]
            if not self.say([kept.said for kept in batch]):
                return
            self.on_way.update((kept.said["mark"], self.now()) for kept in batch)

    def say(self, marks: Iterable[Said]) -> bool:
        """Put marks on the wire as they are."""
        marks = list(marks)
        lines = [{name: said[name] for name in WIRE} for said in marks]
        for said in marks:
            self.history.sent(self.device, said)
        return self.send(json.dumps({"type": "enter_marks", "marks": lines}))

    # ---- what the server says -------------------------------------------------------------------------------

    def _welcome(self, message: Said) -> None:
        self.next = max(self.next, message["next_device_seq"])
        self.holds = message.get("holds", True)
        self.states = {line["session"]: line["state"] for line in message["sessions"]}
        self._backed_up({"seq": message.get("backed_up", 0)})
        self._send_from({"device_seq": message.get("send_from", message["next_device_seq"])})
        self.connected = True
        self.on_way.clear()
        self.pump()
        for session in self.states if self.opens_sheets else ():
            self.send(json.dumps({"type": "open_sheet", "session": session}))

    def _send_from(self, message: Said) -> None:
        first = message["device_seq"]
        self.again |= {
            name for name, kept in self.kept.items() if kept.number >= first and kept.state != "saved"
        } - self.on_way.keys()
        self.pump()

    def _backed_up(self, message: Said) -> None:
        self.backed_up = message["seq"]

    def _sheet(self, message: Said) -> None:
        session = message["session"]
        self.lines = {slot: lines for slot, lines in self.lines.items() if slot[0] != session}
        for line in message["marks"]:
            self.lines.setdefault((session, line["entry"], line["aspect"]), []).append(line)

    def _session_changed(self, message: Said) -> None:
        self.states[message["session"]] = message["state"]
        self.pump()

    def _seat_lost(self, _message: Said) -> None:
        self.holds = False

    def _marks_stored(self, message: Said) -> None:
        for receipt in message["receipts"]:
            state = "stored" if receipt["standing"] == "counts" else "pending"
            because = receipt.get("because", "")
            self._settle(receipt, state, receipt["seq"], link=receipt["link"], because=because)
        self._settled()

    def _marks_refused(self, message: Said) -> None:
        for refusal in message["refusals"]:
            self._settle(refusal, "refused", None, because=refusal["code"])
        self._settled()

    def _settle(self, answer: Said, state: str, seq: int | None, *, link: str = "", because: str) -> None:
        name = answer["mark"]
        said = self.kept[name].said if name in self.kept else self.strays[name]
        verdict = {"verdict": state, "seq": seq, "link": link, "because": because}
        self.history.answered(self.device, said, verdict)
        if name in self.kept:
            self.kept[name].state, self.kept[name].seq = state, seq
            self.on_way.pop(name, None)
            self.again.discard(name)

    def _settled(self) -> None:
        self.one_by_one = self.one_by_one and bool(self.waiting)
        self.pump()

    def _refused(self, message: Said) -> None:
        if not self.on_way:
            return
        if message["code"] in PASSING:
            seconds = float(message.get("params", {}).get("seconds", 2))
            self.paused_until = self.now() + min(60.0, max(1.0, seconds))
            self.on_way.clear()
        elif message["code"] in MALFORMED:
            if self.one_by_one and len(self.on_way) == 1:
                only = next(iter(self.on_way))
                self._settle({"mark": only}, "refused", None, because=message["code"])
            self.one_by_one = True
            self.on_way.clear()
            self.pump()

    def _goodbye(self, message: Said) -> None:
        code, now = message["code"], self.now()
        if code == "opened_elsewhere":
            # An older connection of this tablet may have been heard after this one; pages that fight go on.
            self.dismissed = [*(at for at in self.dismissed if now - at < FIGHT), now]
        if code in FOR_GOOD and (code != "opened_elsewhere" or len(self.dismissed) >= TIMES):
            self.ended = code
