"""What officials may do, and in which order."""

import msgspec
import pytest

from contest.errors import (
    BadInput,
    GateOutOfOrder,
    MarkSettled,
    MarksPending,
    NotFound,
    ResultsEnded,
    RoundOver,
    SchemeMissing,
    SessionsNotConfirmed,
)
from contest.model import fact
from contest.model.gate import ORDER, GateLine, Line, Passed
from contest.model.ids import ContestId, EntryId, EventId, MarkId, SessionId
from contest.model.ruling import EventScene, PassGate, ReopenLine, RuleEntry, SettleMark, rule

EVENT, S1, S2 = EventId("v1"), SessionId("s1"), SessionId("s2")


def line(kind: Line, until: str = "", *, subject: str = EVENT, turn: int = 1) -> GateLine:
    order = ORDER[kind]
    names = order[: order.index(until) + 1] if until else ()
    return GateLine(
        line=kind, subject=subject, round=turn, passed=tuple(Passed(gate=name, at="", by="x") for name in names)
    )


def event(
    *,
    results: str = "",
    view: str = "",
    s1: str = "",
    s2: str = "confirmed",
    pending: dict[str, SessionId] | None = None,
    has_scheme: bool = True,
    turn: int = 1,
) -> EventScene:
    return EventScene(
        event=EVENT,
        contest=ContestId("c1"),
        blind=False,
        lines={
            Line.RESULTS: line(Line.RESULTS, results, turn=turn),
            Line.VIEW: line(Line.VIEW, view),
            Line.IDENTITY: line(Line.IDENTITY),
        },
        sessions={S1: line(Line.SESSION, s1, subject=S1), S2: line(Line.SESSION, s2, subject=S2)},
        pending={MarkId(mark): session for mark, session in (pending or {}).items()},
        has_scheme=has_scheme,
    )


def gate(name: str, kind: Line = Line.SESSION, subject: str = "") -> PassGate:
    subject = subject or (S1 if kind is Line.SESSION else EVENT)
    return PassGate(event=EVENT, line=kind, subject=subject, gate=name, by="chief", second="second")


def reopen(kind: Line = Line.SESSION) -> ReopenLine:
    subject = S1 if kind is Line.SESSION else EVENT
    return ReopenLine(event=EVENT, line=kind, subject=subject, by="chief", second="second")


def told(facts) -> list[str]:
    def words(body) -> str:
        match body:
            case fact.GatePassed():
                return f"{body.line} {body.round} {body.gate}"
            case fact.LineReopened():
                return f"{body.line} {body.round} reopened"
        return type(body).__name__

    return [words(body) for body in facts]


def test_the_first_session_that_opens_starts_the_event():
    assert told(rule(gate("opened"), event(s2=""))) == ["results 1 started", "session 1 opened"]
    assert told(rule(gate("opened"), event(results="started"))) == ["session 1 opened"]


def test_no_session_opens_without_a_scheme_or_after_the_results_ended():
    with pytest.raises(SchemeMissing):
        rule(gate("opened"), event(has_scheme=False))
    with pytest.raises(GateOutOfOrder):
        rule(gate("opened"), event(results="ended"))


def test_a_session_locks_and_is_confirmed_when_no_mark_waits():
    assert told(rule(gate("locked"), event(s1="opened"))) == ["session 1 locked"]
    assert told(rule(gate("confirmed"), event(s1="locked", pending={"m1": S2}))) == ["session 1 confirmed"]
    with pytest.raises(MarksPending) as waiting:
        rule(gate("confirmed"), event(s1="locked", pending={"m1": S1, "m2": S1, "m3": S2}))
    assert waiting.value.params == {"count": 2}


def test_a_gate_of_what_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        rule(gate("locked", subject="none"), event())
    with pytest.raises(NotFound):
        rule(gate("frozen", Line.VIEW, subject=S1), event())


def test_results_are_published_when_every_session_is_confirmed_and_no_mark_waits():
    assert told(rule(gate("provisional", Line.RESULTS), event(results="started", s1="confirmed"))) == [
        "results 1 ended",
        "results 1 provisional",
    ]
    assert told(rule(gate("provisional", Line.RESULTS), event(results="ended", s1="confirmed"))) == [
        "results 1 provisional"
    ]
    assert told(rule(gate("official", Line.RESULTS), event(results="provisional", s1="confirmed"))) == [
        "results 1 official"
    ]


@pytest.mark.parametrize(
    ("name", "kind", "results"),
    [
        ("provisional", Line.RESULTS, "started"),
        ("official", Line.RESULTS, "provisional"),
        ("unblinded", Line.IDENTITY, "started"),
    ],
)
def test_nothing_is_told_while_sessions_are_open_or_marks_wait(name, kind, results):
    with pytest.raises(SessionsNotConfirmed) as still_open:
        rule(gate(name, kind), event(results=results, s1="locked", s2="opened"))
    assert still_open.value.params == {"count": 2}
    with pytest.raises(MarksPending):
        rule(gate(name, kind), event(results=results, s1="confirmed", pending={"m1": S1}))


def test_an_event_without_sessions_is_never_published():
    empty = EventScene(
        event=EVENT,
        contest=ContestId("c1"),
        blind=False,
        lines=event(results="started").lines,
        sessions={},
        pending={},
    )
    with pytest.raises(SessionsNotConfirmed):
        rule(gate("provisional", Line.RESULTS), empty)


def test_names_are_shown_once_everything_is_confirmed():
    assert told(rule(gate("unblinded", Line.IDENTITY), event(s1="confirmed"))) == ["identity 1 unblinded"]


def test_the_view_freezes_thaws_and_freezes_again_in_a_new_round():
    assert told(rule(gate("frozen", Line.VIEW), event())) == ["view 1 frozen"]
    assert told(rule(gate("thawed", Line.VIEW), event(view="frozen"))) == ["view 1 thawed"]
    assert told(rule(gate("frozen", Line.VIEW), event(view="thawed"))) == ["view 2 reopened", "view 2 frozen"]
    with pytest.raises(GateOutOfOrder):
        rule(gate("frozen", Line.VIEW), event(view="frozen"))


def test_a_locked_session_opens_again_in_a_new_round():
    assert told(rule(reopen(), event(results="started", s1="locked"))) == [
        "session 2 reopened",
        "session 2 opened",
    ]
    with pytest.raises(GateOutOfOrder):
        rule(reopen(), event(results="started", s1="opened"))


@pytest.mark.parametrize("results", ["ended", "provisional"])
def test_reopening_a_session_takes_published_results_back(results):
    assert told(rule(reopen(), event(results=results, s1="confirmed"))) == [
        "results 2 reopened",
        "results 2 started",
        "session 2 reopened",
        "session 2 opened",
    ]


def test_official_results_are_superseded_before_anything_under_them_changes():
    official = event(results="official", s1="confirmed")
    with pytest.raises(GateOutOfOrder):
        rule(reopen(), official)
    assert told(rule(reopen(Line.RESULTS), official)) == ["results 2 reopened", "results 2 started"]
    with pytest.raises(GateOutOfOrder):
        rule(reopen(Line.RESULTS), event(results="ended"))


@pytest.mark.parametrize("results", ["ended", "provisional", "official"])
def test_no_entry_is_ruled_on_under_published_results(results):
    command = RuleEntry(event=EVENT, entry=EntryId("e1"), status="withdrawn", by="chief")
    with pytest.raises(ResultsEnded):
        rule(command, event(results=results, s1="confirmed"))
    assert rule(command, event(results="started", s1="confirmed"))


def test_an_entry_is_ruled_by_one_of_the_known_words():
    command = RuleEntry(event=EVENT, entry=EntryId("e1"), status="not_started", by="chief", reason="缺席")
    assert rule(command, event()) == [
        fact.EntryRuled(entry=EntryId("e1"), event=EVENT, status="not_started", by="chief")
    ]
    with pytest.raises(BadInput):
        rule(RuleEntry(event=EVENT, entry=EntryId("e1"), status="lost", by="chief"), event())


def test_a_pending_mark_is_settled_once():
    def settle(accept: bool) -> SettleMark:
        return SettleMark(event=EVENT, session=S2, mark=MarkId("m1"), accept=accept, by="chief")

    assert rule(settle(True), event(s1="locked", pending={"m1": S1})) == [
        fact.MarkSettled(mark=MarkId("m1"), event=EVENT, session=S1, accepted=True, by="chief")
    ]
    with pytest.raises(MarkSettled):
        rule(settle(True), event())
    # The panel has signed: what comes later may be declined, not counted.
    with pytest.raises(GateOutOfOrder):
        rule(settle(True), event(s1="confirmed", pending={"m1": S1}))
    assert told(rule(settle(False), event(s1="confirmed", pending={"m1": S1}))) == ["MarkSettled"]


def test_marking_started_once_a_session_was_ever_opened():
    assert not event().marking_started
    assert event(results="started").marking_started
    assert event(turn=2).marking_started


@pytest.mark.parametrize("kind", [Line.SESSION, Line.RESULTS])
def test_a_command_for_a_round_does_nothing_in_a_later_one(kind):
    second = event(s1="locked", results="provisional", turn=2)
    second = msgspec.structs.replace(second, sessions={S1: line(Line.SESSION, "locked", subject=S1, turn=2)})
    assert rule(msgspec.structs.replace(reopen(kind), round=2), second)
    with pytest.raises(RoundOver):
        rule(msgspec.structs.replace(reopen(kind), round=1), second)
    last = {Line.SESSION: "confirmed", Line.RESULTS: "official"}[kind]
    with pytest.raises(RoundOver):
        rule(msgspec.structs.replace(gate(last, kind), round=1), second)
