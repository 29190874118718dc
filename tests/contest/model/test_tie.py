"""What may be decided about a tie, and whom a decision concerns."""

import pytest

from contest.errors import BadInput, NotTied, Overtaken, ReasonMissing, ResultsEnded, TieTooEarly
from contest.model.fact import TieDecided
from contest.model.gate import ORDER, GateLine, Line, Passed
from contest.model.ids import EntryId, EventId
from contest.model.tie import DecideTie, How, Tied, TieDecision, decide, lots_in, settled


def line(kind: Line, until: str = "") -> GateLine:
    names = ORDER[kind][: ORDER[kind].index(until) + 1] if until else ()
    return GateLine(line=kind, subject="s", passed=tuple(Passed(gate=name, at="", by="x") for name in names))


STARTED, CONFIRMED = line(Line.RESULTS, "started"), line(Line.SESSION, "confirmed")


def decision(entries: str, seq: int, how: How = How.LOT) -> TieDecision:
    return TieDecision(entries=tuple(map(EntryId, entries)), how=how, by="chief", at="", seq=seq)


def command(
    entries: str, ties: tuple[Tied, ...], *, how: How = How.LOT, replaces: int = 0, reason: str = ""
) -> DecideTie:
    return DecideTie(
        event=EventId("v"),
        entries=tuple(map(EntryId, entries)),
        how=how,
        replaces=replaces,
        ties=ties,
        by="chief",
        reason=reason,
    )


OPEN = settled([(1, "ab"), (3, "cde")], [])


def test_tied_entries_are_put_in_the_order_that_was_drawn():
    assert decide(command("dec", OPEN), STARTED, [CONFIRMED]) == TieDecided(
        event=EventId("v"), entries=("d", "e", "c"), how="lot", replaces=0, by="chief"
    )


@pytest.mark.parametrize("entries", ["ac", "de", "cdef", "abcde"])
def test_only_all_who_are_tied_together_are_decided_about(entries):
    with pytest.raises(NotTied):
        decide(command(entries, OPEN), STARTED, [CONFIRMED])


def test_nobody_stands_twice_in_an_order():
    with pytest.raises(BadInput):
        decide(command("aba", OPEN), STARTED, [CONFIRMED])


@pytest.mark.parametrize("state", ["opened", "locked"])
def test_a_tie_that_may_still_dissolve_is_not_decided(state):
    sessions = [CONFIRMED, line(Line.SESSION, state), line(Line.SESSION, state)]
    with pytest.raises(TieTooEarly) as early:
        decide(command("ab", OPEN), STARTED, sessions)
    assert early.value.params == {"count": 2}


def test_a_session_that_was_never_opened_keeps_no_tie_open():
    assert decide(command("ab", OPEN), STARTED, [CONFIRMED, line(Line.SESSION)])


@pytest.mark.parametrize("state", ["ended", "provisional", "official"])
def test_published_results_are_not_decided_anew(state):
    with pytest.raises(ResultsEnded):
        decide(command("ab", OPEN), line(Line.RESULTS, state), [CONFIRMED])


def test_who_decides_without_lots_says_why():
    with pytest.raises(ReasonMissing):
        decide(command("ab", OPEN, how=How.DECIDED, reason=" "), STARTED, [CONFIRMED])
    assert decide(command("ab", OPEN, how=How.DECIDED, reason="按规程第九条"), STARTED, [CONFIRMED])
    assert decide(command("ab", OPEN, how=How.DRAWN), STARTED, [CONFIRMED])


def test_a_later_decision_names_the_one_it_replaces_and_says_why():
    ties = settled([(1, "ab")], [decision("ba", 7)])
    with pytest.raises(Overtaken):
        decide(command("ab", ties, reason="重抽"), STARTED, [CONFIRMED])
    with pytest.raises(ReasonMissing):
        decide(command("ab", ties, replaces=7), STARTED, [CONFIRMED])
    fact = decide(command("ab", ties, replaces=7, reason="抽签程序有误"), STARTED, [CONFIRMED])
    assert (fact.entries, fact.replaces) == (("a", "b"), 7)
    with pytest.raises(Overtaken):
        decide(command("ab", OPEN, replaces=7, reason="x"), STARTED, [CONFIRMED])


def test_a_tie_takes_the_newest_decision_about_all_of_its_entries():
    decisions = [decision("ba", 3), decision("ab", 5), decision("cd", 6)]
    first, second = settled([(1, "ab"), (3, "cde")], decisions)
    assert (first.entries, first.decision) == (("a", "b"), decisions[1])
    assert (second.entries, second.decision) == (("c", "d", "e"), None)
    assert lots_in((first, second)) == {"a": 1, "b": 2}


def test_who_remains_of_a_decided_tie_keeps_the_order_and_who_joins_opens_it_again():
    decisions = [decision("cab", 4)]
    (smaller,) = settled([(1, "ab")], decisions)
    assert (smaller.entries, smaller.decision) == (("a", "b"), decisions[0])
    (larger,) = settled([(1, "abcd")], decisions)
    assert larger.decision is None
    assert lots_in([larger]) == {}
