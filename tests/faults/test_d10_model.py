"""D10: the real book against a second reading of the rules, step by step, over all that officials may do."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from dataclasses import asdict
from functools import cache

import hypothesis.strategies as st
import pytest
import structlog
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from contest.errors import ContestError, StoreUnavailable
from contest.model.gate import Line
from contest.model.mark import EnterMark, MarkKind
from contest.model.ruling import PassGate, ReopenLine, RuleEntry, SettleMark
from contest.model.tie import DecideTie, How, Tied, TieDecision
from contest.store.book import Book
from contest.store.sqlite_steps import drive
from tests.builders import CHIEF, FAULTS, PANEL, SECOND, THEORY, Hall
from tests.faults.checker import check, stored_in
from tests.faults.ground import planted
from tests.faults.history import seed_of
from tests.faults.reference import ORDER, STATUSES, Broken, Ground, Reference
from tests.faults.server import KEY, connection_to

STEPS, EACH = 10_000, 800
NIGHTS_STEPS, PARTS = 2_000_000, 10
SECOND_SESSION = "c1-second"


@cache
def two_sessions():
    """The contest of the builders with a second session, for which a theory paper is imported; none is open."""
    ground = planted()
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(ground.content)
    names = [row[1] for row in connection.execute("PRAGMA table_info(session)")]
    copied = ", ".join(f"'{SECOND_SESSION}'" if name == "id" else f'"{name}"' for name in names)
    connection.execute(f"INSERT INTO session SELECT {copied} FROM session")
    columns = "'" + SECOND_SESSION + "-' || entry, ?, entry, position"
    connection.execute(f"INSERT INTO session_entry SELECT {columns} FROM session_entry", [SECOND_SESSION])
    for session, aspects in ((SESSIONS[0], f'["{PANEL}","{FAULTS}"]'), (SECOND_SESSION, f'["{THEORY}"]')):
        connection.execute("UPDATE session SET aspects = ? WHERE id = ?", [aspects, session])
    return connection.serialize()


ENTRIES = ["c1-entry-1", "c1-entry-2", "c1-entry-3"]
SESSIONS = ["c1-session", SECOND_SESSION]
AT = Hall(
    None,
    contest="c1",
    event="c1-event",
    session=SESSIONS[0],
    seats=[f"c1-seat-{number}" for number in (1, 2, 3)],
    devices=[f"c1-tablet-{number}" for number in (1, 2, 3)],
    entries=ENTRIES,
)


class Memory:
    """A writer without threads; now and then a commit fails, and then nothing is written."""

    def __init__(self):
        self.connection, self.failing = connection_to(two_sessions()), False

    async def transact(self, begin):
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            outcome = drive(self.connection, begin())
            if self.failing:
                raise StoreUnavailable
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return outcome


def outcome(answer):
    """What came of a command: the code of the rule it broke, nothing, or what each mark got."""
    if isinstance(answer, ContestError):
        return answer.code
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, list):
        return [{"verdict": one.verdict, "because": one.because, "seq": one.seq} for one in answer]
    return ""


class Both:
    """The book and the reference, told the same."""

    def __init__(self):
        self.disk = Memory()
        self.book = Book(self.disk, KEY)
        self.loop = asyncio.new_event_loop()
        most = {PANEL: 10_000, FAULTS: 10_000, THEORY: 100_000}
        sessions = {SESSIONS[0]: frozenset({PANEL, FAULTS}), SESSIONS[1]: frozenset({THEORY})}
        imported, by_panel = frozenset({THEORY}), frozenset({PANEL})
        ground = Ground(AT.event, sessions, frozenset(ENTRIES), by_panel, imported, most)
        holders = dict(zip(AT.seats, AT.devices, strict=True))
        seat_of = dict(zip(AT.devices, AT.seats, strict=True))
        self.said = Reference(ground, 6, dict(holders), dict(seat_of))
        # The builders opened the first session already.
        self.said.gates = {("session", SESSIONS[0]): ["opened"], ("results", AT.event): ["started"]}
        self.numbers, self.sent, self.named, self.steps = {}, [], 0, 0

    def close(self):
        self.loop.close()
        self.disk.connection.close()

    # ---- the same to both -----------------------------------------------------------------------------------

    def ask(self, *asked):
        """Commands that reach the book at one moment, each with what the reference is told: alike in both."""

        async def together():
            return await asyncio.gather(*(command for command, _ in asked), return_exceptions=True)

        got = list(map(outcome, self.loop.run_until_complete(together())))
        assert got == [self._wanted(said) for _, said in asked]
        seq = self.disk.connection.execute("SELECT seq FROM head").fetchall()[0]["seq"]
        assert seq == self.said.seq
        self.steps += len(asked)

    def _wanted(self, said):
        try:
            answers = said()
        except Broken as broken:
            return str(broken)
        return [asdict(answer) for answer in answers] if answers else ""

    def entered(self, *marks):
        """Marks in one message, for both."""
        commands = [EnterMark(**mark | {"kind": MarkKind(mark["kind"])}) for mark in marks]
        self.sent += marks
        return self.book.enter(AT.contest, commands), lambda: [self.said.enter(mark) for mark in marks]

    def ruled(self, ruling, said):
        """An official's ruling, for both."""
        return self.book.record(AT.contest, ruling), said

    def compare(self):
        """Everything that is stored is what the reference says."""
        rows = self.disk.connection.execute
        said = self.said
        assert {row["id"]: row["standing"] for row in rows("SELECT id, standing FROM mark")} == said.standing
        assert {row["id"]: row["device"] for row in rows("SELECT id, device FROM seat")} == said.holders
        statuses = {entry: said.statuses.get(entry, "entered") for entry in ENTRIES}
        assert {row["id"]: row["status"] for row in rows("SELECT id, status FROM entry")} == statuses
        current = {row["id"]: row["round"] for row in rows("SELECT id, round FROM gate_round")}
        assert current == {f"{line}:{subject}": round_ for (line, subject), round_ in said.rounds.items()}
        passed = {}
        for row in rows("SELECT * FROM gate ORDER BY seq").fetchall():
            if row["round"] == current.get(f"{row['line']}:{row['subject']}", 1):
                passed.setdefault((row["line"], row["subject"]), []).append(row["gate"])
        assert passed == {place: gates for place, gates in said.gates.items() if gates}
        assert check([], stored_in(self.disk.connection)) == []

    # ---- what may be done -----------------------------------------------------------------------------------

    def mark(self, dice, *, device=None, number=None, name=None):
        """Some mark, mostly of the kind a judge makes."""
        device = device or dice.choice([*self.said.seat_of, "desk:a", "stranger"])
        at_desk = device.startswith("desk:")
        session = SESSIONS[at_desk] if dice.random() < 0.9 else dice.choice([*SESSIONS, "elsewhere"])
        aspect = (THEORY if at_desk else dice.choice([PANEL, PANEL, FAULTS])) if dice.random() < 0.95 else THEORY
        kind = dice.choice(["entered"] * 6 + ["erased", "not_attempted", "absent"])
        value = dice.choice([0, 1000, 5000, 10_000]) if kind == "entered" else None
        value = dice.choice([-1000, 200_000, None, 7000]) if dice.random() < 0.05 else value
        entry = dice.choice(ENTRIES) if dice.random() < 0.97 else "nobody"
        if number is None:
            number = self.numbers[device] = self.numbers.get(device, 0) + 1
        self.named += 1
        mark = {"device": device, "device_seq": number, "mark": name or f"m{self.named}", "session": session}
        mark |= {"entry": entry, "aspect": aspect, "kind": kind, "value": value, "replaces": None, "by": "judge"}
        newest = self.said.counting.get(self.said._place(mark))
        return mark | {"replaces": newest if dice.random() < 0.9 else dice.choice([None, "m1"])}

    def step(self, dice):
        """One thing that somebody does, or several at one moment."""
        deeds = [dice.choice(DEEDS) for _ in range(dice.choice([1, 1, 1, 1, 3, 5]))]
        self.ask(*(asked for deed in deeds for asked in getattr(self, f"do_{deed}")(dice)))

    def do_enter(self, dice):
        return [self.entered(*(self.mark(dice) for _ in range(dice.choice([1, 1, 2, 5]))))]

    def do_repeat(self, dice):
        return [self.entered(*(dice.choice(self.sent) for _ in range(2)))] if self.sent else []

    def do_reuse(self, dice):
        if not self.sent:
            return []
        known = dice.choice(self.sent)
        same_number = dice.random() < 0.5
        number, name = (known["device_seq"], None) if same_number else (None, known["mark"])
        return [self.entered(self.mark(dice, device=known["device"], number=number, name=name))]

    def do_fail(self, dice):
        """A commit fails: nothing has happened, and nothing is remembered of it."""
        self.disk.failing = True
        command = EnterMark(**self.mark(dice, number=10**6 + self.named) | {"kind": MarkKind.ENTERED})
        with pytest.raises(StoreUnavailable):
            self.loop.run_until_complete(self.book.enter(AT.contest, [command]))
        self.disk.failing = False
        return []

    def gate(self, line, subject, gate):
        """A gate, for both."""
        ruling = PassGate(event=AT.event, line=Line(line), subject=subject, gate=gate, by=CHIEF)
        return self.ruled(ruling, lambda: self.said.pass_gate(line, subject, gate))

    def do_gate(self, dice):
        line = dice.choice(["session", "session", "session", "results", "view", "view", "identity"])
        subject = dice.choice(SESSIONS) if line == "session" else AT.event
        passed = len(self.said.gates.get((line, subject), ()))
        usual = ORDER[line][min(passed, len(ORDER[line]) - 1)]
        return [self.gate(line, subject, usual if dice.random() < 0.8 else dice.choice(ORDER[line]))]

    def do_publish(self, dice):
        """Everything is settled, locked and confirmed, and the results are published."""
        self.do_settle_all(dice)
        gates = [("session", session, gate) for session in SESSIONS for gate in ORDER["session"]]
        for line, subject, gate in [*gates, ("results", AT.event, "provisional")]:
            if gate not in self.said.gates.get((line, subject), ()):
                self.ask(self.gate(line, subject, gate))
        return [self.gate("results", AT.event, "official")] if dice.random() < 0.3 else []

    def do_reopen(self, dice):
        line = dice.choice(["session", "session", "results"])
        subject = dice.choice(SESSIONS) if line == "session" else AT.event
        ruling = ReopenLine(event=AT.event, line=Line(line), subject=subject, by=CHIEF, second=SECOND)
        return [self.ruled(ruling, lambda: self.said.reopen(line, subject))]

    def do_settle(self, dice):
        waiting = self.said.pending()
        name = dice.choice(waiting) if waiting and dice.random() < 0.95 else dice.choice(["m1", "unknown"])
        session = self.said.marks[name]["session"] if name in self.said.marks else SESSIONS[0]
        accept = dice.random() < 0.5
        ruling = SettleMark(event=AT.event, session=session, mark=name, accept=accept, by=CHIEF)
        return [self.ruled(ruling, lambda: self.said.settle(name, accept=accept))]

    def do_settle_all(self, dice):
        for _ in range(2 * len(self.said.pending())):
            self.ask(*self.do_settle(dice))
        return []

    def do_seat(self, dice):
        seat, device = dice.choice(AT.seats), f"tablet-{self.named}-{len(self.said.seat_of)}"
        device = device if dice.random() < 0.9 else dice.choice(list(self.said.seat_of))
        asked = self.book.take_seat(AT.contest, seat=seat, device=device, name="", token=device, by=CHIEF)
        return [(asked, lambda: self.said.take_seat(seat, device))]

    def do_revoke(self, dice):
        device = dice.choice([*self.said.seat_of, "stranger"])
        asked = self.book.revoke_device(AT.contest, device=device, by=CHIEF)
        return [(asked, lambda: self.said.revoke(device))]

    def do_rule(self, dice):
        entry = dice.choice([*ENTRIES, "nobody"]) if dice.random() < 0.2 else dice.choice(ENTRIES)
        status = dice.choice([*STATUSES, "nonsense"])
        ruling = RuleEntry(event=AT.event, entry=entry, status=status, by=CHIEF)
        return [self.ruled(ruling, lambda: self.said.rule_entry(entry, status))]

    def do_tie(self, dice):
        entries = tuple(dice.sample(ENTRIES, 2))
        before = self.said.decision(entries)
        known = TieDecision(entries=entries, how=How.LOT, by=CHIEF, at="", seq=before) if before else None
        replaces, reason = before if dice.random() < 0.8 else before + 1, dice.choice(["", "again"])
        tie = Tied(rank=1, entries=entries, decision=known)
        named = {"entries": entries, "how": How.LOT, "replaces": replaces, "reason": reason}
        ruling = DecideTie(event=AT.event, ties=(tie,), by=CHIEF, **named)
        # What the results say is asked before; the book trusts whoever computed them.
        return [self.ruled(ruling, lambda: self.said.decide_tie(entries, before, replaces, reason))]


OFTEN = ("enter",) * 10 + ("gate",) * 6 + ("repeat", "reuse", "settle", "settle_all", "reopen", "tie")
DEEDS = (*OFTEN, "publish", "fail", "seat", "revoke", "rule")


@pytest.fixture(autouse=True)
def quiet():
    with structlog.testing.capture_logs():
        yield


def walked(seed, steps):
    """Let both go through so many steps of one seed."""
    dice, both = random.Random(seed), Both()
    try:
        while both.steps < steps:
            both.step(dice)
        both.compare()
        return both.said
    finally:
        both.close()


def test_the_book_decides_like_the_rules_step_by_step():
    first, walks = seed_of(20_261_120), STEPS // EACH
    codes, states = set(), set()
    for seed in range(first, first + walks):
        said = walked(seed, EACH)
        codes |= {(answer.verdict, answer.because) for _, answer in said.answers.values()}
        states |= {*said.ever, *said.standing.values()}
    assert codes >= {("stored", ""), ("pending", "not_newest"), ("pending", "seat_revoked")}
    assert codes >= {("pending", "session_locked"), ("refused", "key_reused"), ("refused", "session_not_open")}
    assert states >= {"official", "thawed", "counts", "pending", "superseded", "declined"}


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_night_of_steps(part):
    first, walks = seed_of(1_000_000), NIGHTS_STEPS // PARTS // 1000
    for seed in range(first + part * walks, first + (part + 1) * walks):
        walked(seed, 1000)


class Rules(RuleBasedStateMachine):
    """The same deeds in an order that hypothesis looks for, and shortens when something is wrong."""

    def __init__(self):
        super().__init__()
        self.both = Both()

    @rule(deed=st.sampled_from(sorted(set(DEEDS))), seed=st.integers(0, 999))
    def do(self, deed, seed):
        self.both.ask(*getattr(self.both, f"do_{deed}")(random.Random(seed)))

    def teardown(self):
        self.both.compare()
        self.both.close()


class TestRules(Rules.TestCase):
    settings = settings(max_examples=12, stateful_step_count=25)
