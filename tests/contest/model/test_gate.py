"""Lines of gates: one after another, each once, and rounds that stay."""

import pytest

from contest.errors import GateOutOfOrder
from contest.model.gate import ORDER, PLANNED, GateLine, Line, Passed


def passed(gate: str) -> Passed:
    return Passed(gate=gate, at="2026-11-20T09:00:00Z", by="chief")


@pytest.mark.parametrize("line", list(Line))
def test_gates_are_passed_in_their_order_and_the_state_is_the_last(line):
    now = GateLine(line=line, subject="s1")
    assert (now.state, now.next) == (PLANNED, ORDER[line][0])
    for gate in ORDER[line]:
        assert not now.has(gate)
        now = now.through(passed(gate))
        assert now.has(gate)
        assert now.state == gate
    assert now.next is None


@pytest.mark.parametrize("line", list(Line))
def test_no_gate_is_passed_before_its_turn_or_twice(line):
    now = GateLine(line=line, subject="s1")
    for turn, gate in enumerate(ORDER[line]):
        for other in [*ORDER[line][:turn], *ORDER[line][turn + 1 :], "unknown"]:
            with pytest.raises(GateOutOfOrder) as refused:
                now.through(passed(other))
            assert refused.value.params == {"gate": other, "state": now.state}
        now = now.through(passed(gate))
    with pytest.raises(GateOutOfOrder):
        now.through(passed(ORDER[line][-1]))


def test_a_new_round_starts_with_no_gate_passed():
    first = GateLine(line=Line.SESSION, subject="s1").through(passed("opened"))
    assert first.reopened() == GateLine(line=Line.SESSION, subject="s1", round=2)
    assert first.state == "opened"
