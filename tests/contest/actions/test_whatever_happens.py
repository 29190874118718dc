"""Judges and officials do whatever they like, in any order: what was acknowledged stays, and the numbers hold."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contest.actions import empanelling, entering, locking, numbering, publishing, scheduling
from contest.actions.readiness import check_ready
from contest.actions.results import results_of
from contest.actions.ruling import EntryRuling, Settlement, rule_entry, settle_mark
from contest.errors import ContestError
from contest.model.access import Grant, Person, Role
from contest.model.gate import Line
from contest.model.ids import AccountId, AspectId, DeviceId, EntryId, MarkId, SeatId
from contest.model.mark import WHOLE_PANEL, EnterMark, MarkKind, Receipt
from contest.model.people import EntryStatus
from contest.model.ruling import ReopenLine
from contest.store.ids import new_id
from contest.store.open import Store, open_store
from contest.store.queries import consents, people, plans
from contest.store.queries.results import gates_of_event
from contest.store.tables import MarkRow, SeatRow
from contest.store.verify import verify
from tests.builders import FAULTS, PANEL, THEORY, hall

CHIEF = Person(
    account=AccountId("chief"), name="", grants=(Grant(role=Role.CHIEF_JUDGE), Grant(role=Role.ORGANISER))
)
ASPECTS = (PANEL, FAULTS, THEORY)
VALUES = {PANEL: (0, 10_000, 8_100), FAULTS: (0, 10_000, 2_000), THEORY: (0, 100_000, 77_000)}
COUNTS = MarkRow.standing == "counts"
few = st.integers(0, 3)


class Marking(RuleBasedStateMachine):
    """One event with a session of everything, three judges and four entries."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.acknowledged: dict[str, Receipt] = {}
        self.sent: list[EnterMark] = []
        self.signed: dict[str, Any] = {}
        self.store: Store

    def do(self, work: Any) -> Any:
        """Do something; a broken rule is an answer like any other."""
        try:
            return self.loop.run_until_complete(work)
        except ContestError as broken:
            return broken

    @initialize(template=st.just(None))
    def open(self, template: None) -> None:
        shutil.copy(TEMPLATE, self.folder / "jiangsai.db")
        self.store = self.do(open_store(f"sqlite:///{self.folder / 'jiangsai.db'}"))
        self.at = self.do(hall(self.store))
        self.devices: list[str] = list(self.at.devices)
        self.numbers = dict.fromkeys(self.devices, 0)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.do(self.store.close())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- judges ----------------------------------------------------------------------------------------------

    @rule(data=st.data(), device=few, entry=few, aspect=st.sampled_from(ASPECTS), kind=st.sampled_from(MarkKind))
    def mark(self, data: Any, device: int, entry: int, aspect: str, kind: MarkKind) -> None:
        sender = "desk:a" if aspect == THEORY else self.devices[-1 - device % len(self.devices)]
        entries = self.do(people.entries_of_event(self.store, self.at.event))
        if not entries:
            return  # all were taken back
        value = data.draw(st.sampled_from(VALUES[aspect])) if kind is MarkKind.ENTERED else None
        replaces = data.draw(st.sampled_from([None, *(sent.mark for sent in self.sent[-4:])]))
        self.enter(sender, entries[entry % len(entries)].id, aspect, kind, value, replaces)

    def enter(
        self, sender: str, entry: str, aspect: str, kind: MarkKind, value: int | None, replaces: str | None
    ) -> None:
        self.numbers[sender] = self.numbers.get(sender, 0) + 1
        sent = EnterMark(
            device=DeviceId(sender),
            device_seq=self.numbers[sender],
            mark=MarkId(new_id()),
            session=self.at.session,
            entry=EntryId(entry),
            aspect=AspectId(aspect),
            kind=kind,
            value=value,
            replaces=MarkId(replaces) if replaces else None,
            by="a",
        )
        self.sent.append(sent)
        self.send(sent)

    @rule(which=st.integers(0, 30))
    def send_again(self, which: int) -> None:
        if self.sent:
            self.send(self.sent[which % len(self.sent)])

    def send(self, sent: EnterMark) -> None:
        (receipt,) = self.do(self.store.book.enter(self.at.contest, [sent]))
        before = self.acknowledged.setdefault(sent.mark, receipt)
        assert before == receipt

    @rule(seat=few)
    def another_tablet_takes_the_seat(self, seat: int) -> None:
        device = DeviceId(new_id())
        seats = self.do(plans.panels_of_event(self.store, self.at.event))[0].seats
        self.devices.append(device)
        place = seats[seat % len(seats)].id
        self.do(
            self.store.book.take_seat(
                self.at.contest, seat=place, device=device, name="", token=new_id(), by=CHIEF.account
            )
        )

    # ---- officials -------------------------------------------------------------------------------------------

    @rule(gate=st.sampled_from(["open", "lock", "confirm"]))
    def pass_gate(self, gate: str) -> None:
        self.do(getattr(locking, f"{gate}_session")(self.store, self.at.session, CHIEF))

    @rule(sign=st.booleans())
    def finish(self, sign: bool) -> None:
        """Mark all that is missing, settle all that waits, and perhaps sign."""
        session = self.do(plans.session(self.store, self.at.session))
        (panel,) = self.do(plans.panels_of_event(self.store, self.at.event))
        for entry, aspect, seat in self.do(locking.missing_in(self.store, session)):
            place = panel.seats[0].id if seat == WHOLE_PANEL else seat
            device = "desk:a" if aspect == THEORY else self.holder(place)
            erased = (MarkRow.entry == entry) & (MarkRow.aspect == aspect) & (MarkRow.seat == seat)
            newest = self.do(self.store.select(MarkRow.select(MarkRow.id).where(erased & COUNTS)))
            self.enter(device, entry, aspect, MarkKind.ENTERED, 5000, newest[0]["id"] if newest else None)
        for row in self.do(self.store.select(MarkRow.select(MarkRow.id).where(MarkRow.standing == "pending"))):
            self.do(settle_mark(self.store, MarkId(row["id"]), Settlement(accept=False), CHIEF))
        if sign:
            self.pass_gate("lock")
            self.pass_gate("confirm")

    def holder(self, seat: str) -> str:
        held = self.do(self.store.select(SeatRow.select(SeatRow.device).where(SeatRow.id == seat)))
        if held[0]["device"] is not None:
            return str(held[0]["device"])
        device = DeviceId(new_id())
        self.devices.append(device)
        take = self.store.book.take_seat(
            self.at.contest, seat=SeatId(seat), device=device, name="", token=new_id(), by=CHIEF.account
        )
        self.do(take)
        return device

    @rule(act=st.sampled_from(["publish", "publish", "freeze", "thaw", "unblind"]))
    def publish(self, act: str) -> None:
        self.do(getattr(publishing, act)(self.store, self.at.event, CHIEF))

    @rule()
    def make_official(self) -> None:
        self.do(self._make_official())

    async def _make_official(self) -> None:
        consent = await publishing.ask_official(self.store, self.at.event, CHIEF)
        command = (await consents.consent(self.store, consent)).command
        given = await check_ready(self.store, command)
        await self.store.book.record(self.at.contest, command, given=given)

    @rule(line=st.sampled_from([Line.SESSION, Line.RESULTS]))
    def reopen(self, line: Line) -> None:
        subject = self.at.session if line is Line.SESSION else self.at.event
        command = ReopenLine(event=self.at.event, line=line, subject=subject, by="chief", second="other")
        self.do(self.store.book.record(self.at.contest, command))

    @rule(accept=st.booleans(), which=few)
    def settle(self, accept: bool, which: int) -> None:
        waiting = self.do(self.store.select(MarkRow.select(MarkRow.id).where(MarkRow.standing == "pending")))
        if waiting:
            mark = MarkId(waiting[which % len(waiting)]["id"])
            self.do(settle_mark(self.store, mark, Settlement(accept=accept), CHIEF))

    @rule(entry=few, status=st.sampled_from(EntryStatus))
    def rule_on(self, entry: int, status: EntryStatus) -> None:
        self.do(rule_entry(self.store, self.at.entries[entry], EntryRuling(status=status), CHIEF))

    # ---- the plan --------------------------------------------------------------------------------------------

    @rule(fewer=few)
    def change_entries(self, fewer: int) -> None:
        entries = [entry.id for entry in self.do(people.entries_of_event(self.store, self.at.event))]
        changes = scheduling.SessionChanges(entries=entries[fewer:])
        self.do(scheduling.change_session(self.store, self.at.session, changes))

    @rule(aspects=st.lists(st.sampled_from(ASPECTS)))
    def change_aspects(self, aspects: list[str]) -> None:
        changes = scheduling.SessionChanges(aspects=aspects)
        self.do(scheduling.change_session(self.store, self.at.session, changes))

    @rule(aspects=st.lists(st.sampled_from(ASPECTS), min_size=1), some=few)
    def plan_another_session(self, aspects: list[str], some: int) -> None:
        entries = [entry.id for entry in self.do(people.entries_of_event(self.store, self.at.event))]
        new = scheduling.NewSession(name="别的", aspects=aspects, entries=entries[:some])
        self.do(scheduling.plan_session(self.store, self.at.event, new))

    @rule(judges=st.integers(1, 5))
    def change_the_panel(self, judges: int) -> None:
        (panel,) = self.do(plans.panels_of_event(self.store, self.at.event))
        seats = [empanelling.SeatWanted(judge_name=f"{number}") for number in range(judges)]
        self.do(empanelling.change_panel(self.store, panel.id, empanelling.PanelChanges(seats=seats)))

    @rule()
    def enter_somebody(self) -> None:
        self.do(entering.enter(self.store, self.at.event, entering.NewEntry(kind="project", name=new_id())))

    @rule(entry=few)
    def take_an_entry_back(self, entry: int) -> None:
        self.do(entering.drop_entry(self.store, self.at.entries[entry]))

    @rule(again=st.booleans())
    def draw_numbers(self, again: bool) -> None:
        wanted = numbering.NumbersWanted(again=again)
        self.do(numbering.number_entries(self.store, self.at.event, wanted, Random(1).shuffle))

    # ---- what always holds -----------------------------------------------------------------------------------

    @invariant()
    def what_was_acknowledged_is_there_and_nothing_else(self) -> None:
        rows = {row["id"]: row for row in self.do(self.store.select(MarkRow.select()))}
        kept = {mark for mark, receipt in self.acknowledged.items() if receipt.verdict != "refused"}
        assert set(rows) == kept
        assert all(rows[mark]["seq"] == self.acknowledged[mark].seq for mark in kept)

    @invariant()
    def the_ledger_says_what_the_rows_say(self) -> None:
        assert self.do(verify(self.store, self.at.contest)).problem == ""

    @invariant()
    def the_results_can_be_computed_and_what_is_signed_does_not_move(self) -> None:
        found = self.do(results_of(self.store, self.at.event))
        assert not isinstance(found, ContestError)
        gates = self.do(gates_of_event(self.store, self.at.event))
        line = gates.session(self.at.session)
        if not line.has("confirmed"):
            self.signed.pop("marks", None)
            return
        session = self.do(plans.session(self.store, self.at.session))
        marks = sorted(msgspec.to_builtins(list(found.sheet.marks)), key=str)
        now = (line.round, marks, sorted(session.entries), sorted(session.aspects))
        assert self.signed.setdefault("marks", now) == now

    @invariant()
    def nothing_is_published_that_is_not_known(self) -> None:
        found = self.do(results_of(self.store, self.at.event))
        official = found.gates.results.has("official")
        assert not official or not found.results.missing


TEMPLATE: Path


@pytest.fixture(autouse=True)
def template(sqlite_template: Path) -> None:
    global TEMPLATE  # noqa: PLW0603 -- a state machine takes no fixtures
    TEMPLATE = sqlite_template


@pytest.mark.parametrize("runs", [12, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_whatever_happens_the_laws_hold(runs: int) -> None:
    run_state_machine_as_test(
        Marking,
        settings=settings(
            max_examples=runs, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
