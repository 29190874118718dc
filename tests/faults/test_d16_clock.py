"""D16: clocks that are wrong: the order of facts stays that of the numbers, and nothing that ended comes back.

The wall clock of the server jumps by a day, by an hour at the end of summer time, or back; tablets are ten minutes
off. Times are evidence. What lapses goes by a time that nobody can set back, and guesses by one that only counts.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from contest.actions import pairing, signing_in
from contest.errors import PairingNumberDiffers, PairingRefused, TooManyRequests
from contest.http.limits import Limits
from contest.model.access import Person
from contest.model.ids import AccountId
from contest.settings import Settings
from contest.store import clock
from contest.store.open import open_store
from contest.store.queries.facts import fact_rows_after
from contest.store.tables import MarkRow, PairingRow, SeatRow, TokenRow
from realtime.deeds import Moment
from realtime.seats import SeatLine
from tests.builders import hall, unbroken
from tests.faults.checker import check
from tests.faults.history import History, seed_of
from tests.faults.intake import enter
from tests.faults.test_d1_kills import stored_in

HOUR, DAY = 3600.0, 86_400.0
CHEN = Person(account=AccountId("account-organiser"), name="陈", grants=())


class Wall:
    """The clock on the server's wall, which anybody may set."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


@pytest.fixture
def wall(monkeypatch):
    """A wall clock that the test sets; the time of this process is what it was afterwards."""
    wall = Wall()
    monkeypatch.setattr(clock, "_furthest", (wall(), time.monotonic()))
    monkeypatch.setattr(clock, "_wall", wall)
    return wall


async def test_facts_stay_in_the_order_of_their_numbers_however_the_clock_jumps(store, store_url, wall):
    at = await hall(store, judges=4, entries=12)
    history = History(seed_of(16))
    told = []
    for entry, ahead in enumerate((0, DAY, -DAY, HOUR, 0, -HOUR, 366 * DAY, -366 * DAY, 0.5, 0)):
        wall.ahead = ahead
        told += await enter(at, history, *(at.mark(8000, seat=seat, entry=entry) for seat in range(4)))
    assert [receipt.seq for receipt in told] == list(range(told[0].seq, told[0].seq + 40))
    assert {receipt.verdict for receipt in told} == {"stored"}
    facts = await fact_rows_after(store, at.contest, 0)
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    assert sorted(fact["at"] for fact in facts) != [fact["at"] for fact in facts], "the clock did jump"
    assert check(history.lines, await stored_in(store_url)) == []
    assert await unbroken(at)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no tzset")
async def test_the_end_of_summer_time_is_nothing(store, wall, monkeypatch):
    at = await hall(store)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        summer_ends = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
        stamps = []
        for entry, minutes in enumerate((-30, -1, 1, 30)):
            wall.ahead = (summer_ends + timedelta(minutes=minutes) - datetime.now(UTC)).total_seconds()
            (receipt,) = await at.stored(at.mark(entry=entry))
            stamps.append(receipt.at)
        assert stamps == sorted(stamps)
        assert [clock.local(stamp)[11:16] for stamp in stamps] == ["02:30", "02:59", "02:01", "02:30"]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert os.environ.get("TZ") != "Europe/Berlin"


def test_time_for_what_lapses_goes_on_and_never_back(wall):
    told = []
    for ahead in (0, HOUR, -DAY, 0, DAY, -HOUR, 0):
        wall.ahead = ahead
        told += [clock.onward(), clock.later(0)]
    assert told == sorted(told)
    assert told[-1] < clock.later(1)
    assert clock.now() < told[-1], "what hangs on the wall is still what is written down"


async def test_an_invitation_that_ended_stays_ended_when_the_clock_goes_back(store, wall):
    at = await hall(store, opened=False)
    await store.apply(SeatRow.update({SeatRow.device: None}).where(SeatRow.id == at.seats[0]))
    first = await pairing.invite(store, at.contest, at.event, at.seats[0], CHEN)
    wall.ahead = 11 * 60
    with pytest.raises(PairingRefused):
        await pairing.claim(store, secret=first.secret, device_name="平板")
    wall.ahead = -HOUR
    with pytest.raises(PairingRefused):
        await pairing.claim(store, secret=first.secret, device_name="平板")


async def test_an_invitation_whose_number_differed_or_that_was_replaced_stays_ended(store, wall):
    at = await hall(store, opened=False)
    await store.apply(SeatRow.update({SeatRow.device: None}).where(SeatRow.id == at.seats[0]))
    stranger = await pairing.invite(store, at.contest, at.event, at.seats[0], CHEN)
    claimed = await pairing.claim(store, secret=stranger.secret, device_name="别人的平板")
    wrong = "0000" if claimed.number != "0000" else "1111"
    with pytest.raises(PairingNumberDiffers):
        await pairing.confirm(store, stranger.pairing, wrong, CHEN)
    replaced = await pairing.invite(store, at.contest, at.event, at.seats[0], CHEN)
    await pairing.invite(store, at.contest, at.event, at.seats[0], CHEN)
    wall.ahead = -HOUR
    with pytest.raises(PairingRefused):
        await pairing.confirm(store, stranger.pairing, claimed.number, CHEN)
    with pytest.raises(PairingRefused):
        await pairing.claim(store, secret=replaced.secret, device_name="平板")


async def test_a_sign_in_that_lapsed_stays_so_also_after_a_restart(store, store_url, wall, monkeypatch):
    token = "a-token-of-a-person"
    await store.apply(
        TokenRow.insert(
            TokenRow(
                id=signing_in.digest(token),
                account="nobody",
                created_at=clock.onward(),
                expires_at=clock.later(12 * HOUR),
                seen_at=clock.onward(),
            )
        ),
        PairingRow.insert(
            PairingRow(
                id="p", contest="c", event="e", seat="s", secret="", code="", number="", made_by="a",
                made_at=clock.later(13 * HOUR), expires_at=clock.later(14 * HOUR),
            )
        ),
    )  # fmt: skip
    wall.ahead = -DAY
    # Another process begins, a day too early by its wall: it knows no earlier time than the store does.
    monkeypatch.setattr(clock, "_furthest", (wall(), time.monotonic()))
    assert clock.onward() < (await store.select(TokenRow.select(TokenRow.expires_at)))[0]["expires_at"]
    follower = await open_store(store_url, readonly=True)
    await follower.close()
    again = await store.select(TokenRow.select().where(TokenRow.expires_at > clock.onward()))
    assert again == []
    assert await signing_in.person_of_token(store, token, hours=12) is None


def test_guesses_are_counted_by_a_clock_that_nobody_can_set(wall):
    limits = Limits(Settings())
    for _ in range(100):
        with (
            pytest.raises((PairingRefused, TooManyRequests)),
            limits.pairings.missing(PairingRefused, address="a"),
        ):
            raise PairingRefused()
    for ahead in (-DAY, DAY, 366 * DAY):
        wall.ahead = ahead
        with pytest.raises(TooManyRequests), limits.pairings.missing(PairingRefused, address="a"):
            raise PairingRefused()


@pytest.mark.parametrize("minutes", [-10, 0, 10])
async def test_a_tablet_whose_clock_is_off_is_told_so_and_its_marks_count_in_order(store, minutes):
    at = await hall(store)
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    beat = f'{{"type":"beat","at":"{clock.stamp(noon + timedelta(minutes=minutes))}"}}'
    (said,) = SeatLine(Moment(0.0, noon)).receive(beat, Moment(1.0, noon))
    assert said.message.skew_ms == minutes * 60_000
    right = at.mark(seat=0)
    off = msgspec.structs.replace(at.mark(seat=1), made_at=clock.stamp(noon + timedelta(minutes=minutes)))
    first, second = await at.stored(right), await at.stored(off)
    assert second[0].seq == first[0].seq + 1
    rows = await store.select(MarkRow.select(MarkRow.id, MarkRow.made_at).order_by(MarkRow.seq))
    assert rows == [{"id": mark.mark, "made_at": mark.made_at} for mark in (right, off)]
