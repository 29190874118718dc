"""Boards give way while the process is pressed, and only then."""

import pytest

from realtime.pressure import LATE_SECONDS, MOST, Pressure


class Machine:
    """A clock and a processor that run as told."""

    def __init__(self) -> None:
        self.time = self.used = 0.0
        self.pressure = Pressure(lambda: self.time, lambda: self.used)

    def runs(self, seconds: float, share: float, *, late: float = 0.0) -> float:
        for _ in range(round(seconds / 0.05)):
            self.time += 0.05
            self.used += 0.05 * share
            self.pressure.look(late)
        return self.pressure.stretch


@pytest.fixture
def machine():
    return Machine()


def test_with_room_boards_come_with_every_tick(machine):
    assert machine.runs(60, 0.7, late=LATE_SECONDS / 2) == 1.0


@pytest.mark.parametrize(("share", "late"), [(0.95, 0.0), (1.8, 0.0), (0.2, 2 * LATE_SECONDS)])
def test_while_it_is_pressed_boards_come_less_and_less_often_and_never_stop(machine, share, late):
    assert 1.0 < machine.runs(1.0, share, late=late) < machine.runs(1.0, share, late=late)
    assert machine.runs(60, share, late=late) == MOST


def test_when_it_is_over_they_come_as_before(machine):
    machine.runs(60, 1.0)
    assert machine.runs(10, 0.5) == 1.0


def test_one_late_moment_is_heard_of_although_others_were_in_time(machine):
    machine.pressure.look(1.0)
    assert machine.runs(0.6, 0.1) > 1.0
