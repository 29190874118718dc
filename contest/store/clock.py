"""The server's clock, as the text that is stored everywhere.

There are two of them. `now` is what hangs on the wall: it stands in facts and on paper, and orders nothing.
`onward` is for what lapses (invitations, sign-ins, consents): it never goes back, or a wall clock that is put back
would bring to life again what had ended.
"""

import time
from datetime import UTC, datetime, timedelta


def now() -> str:
    """The time now, ISO 8601 in UTC with microseconds; text order is time order."""
    return stamp(_wall())


def onward() -> str:
    """The time now for what lapses: never earlier than it was told before, and as long as time really took."""
    return stamp(_onward())


def later(seconds: float) -> str:
    """The time that many seconds after `onward`: when something lapses."""
    return stamp(_onward() + timedelta(seconds=seconds))


def not_before(at: str) -> None:
    """Let `onward` be no earlier than this: the newest time that a store knows of an earlier process."""
    _go_on(datetime.fromisoformat(at))


def _wall() -> datetime:
    return datetime.now(UTC)


_furthest = (_wall(), time.monotonic())
"""How far time had come by the wall, and when that was by the clock that nobody can set."""


def _onward() -> datetime:
    return _go_on(_wall())


def _go_on(moment: datetime) -> datetime:
    global _furthest  # noqa: PLW0603 -- there is one time in a process
    steady = time.monotonic()
    passed = _furthest[0] + timedelta(seconds=steady - _furthest[1])
    if moment > passed:
        _furthest = moment, steady
        return moment
    return passed


def stamp(moment: datetime) -> str:
    """Write a moment as stored text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def local(at: str) -> str:
    """A stored time as people of this place read it: local, to the second, with the zone's offset."""
    moment = datetime.fromisoformat(at).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S} {moment.isoformat()[-6:]}"
