"""The server's clock, as the text that is stored everywhere."""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """The time now, ISO 8601 in UTC with microseconds; text order is time order."""
    return stamp(datetime.now(UTC))


def later(seconds: float) -> str:
    """The time that many seconds from now."""
    return stamp(datetime.now(UTC) + timedelta(seconds=seconds))


def stamp(moment: datetime) -> str:
    """Write a moment as stored text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def local(at: str) -> str:
    """A stored time as people of this place read it: local, to the second, with the zone's offset."""
    moment = datetime.fromisoformat(at).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S} {moment.isoformat()[-6:]}"
