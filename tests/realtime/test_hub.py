"""Following the ledger, without a store and without sockets."""

import asyncio

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from contest.errors import NotFound
from contest.model.contest import PublicView
from contest.model.fact import FIRST_LINK, EntryRuled, Fact
from realtime.figures import LiveFigures
from realtime.hub import Hub, Pace, Seen
from realtime.views import Audience, Standing
from tests.realtime.builders import row
from tests.realtime.sockets import until

pytestmark = pytest.mark.clockwork

PACE = Pace(tick=0.05, follow=0.005, poll=0.1, idle=0.15)
PUBLIC = Audience.PUBLIC


class Event:
    """An event and its ledger, kept in memory: a small store for the hub."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.total = 0
        self.asked = 0
        self.broken = False
        self.slow = 0.0
        self.plans = 1
        self.gone = False
        self.forgotten: list[str] = []

    async def stand(self, event: str) -> Seen:
        if event != "e1" or self.gone:
            raise NotFound(what="event")
        self.asked += 1
        total = self.total
        await asyncio.sleep(self.slow)
        if self.broken:
            raise OSError("the database is away")
        standing = Standing(
            event="e1",
            event_name="焊工",
            contest="c1",
            contest_name="县赛",
            state="started",
            blind=False,
            unblinded=False,
            public_view=PublicView.LIVE,
            as_of="",
            complete=0,
            aspects=1,
            columns=(),
            awards=(),
            rows=(row("a", total=str(total)),),
        )
        return Seen("c1", standing, None)

    def forget(self, event: str) -> None:
        self.forgotten.append(event)

    async def plan(self) -> int:
        return self.plans

    async def heads(self, contests) -> dict[str, int]:
        return {contest: len(self.facts) for contest in contests if contest == "c1"}

    async def facts_after(self, contest: str, seq: int) -> list[Fact]:
        return self.facts[seq : seq + 3]

    def happens(self, total: int) -> int:
        self.total = total
        seq = len(self.facts) + 1
        body = EntryRuled(entry="a", event="e1", status="entered", by="chief")
        at = "2026-11-20T09:00:00.000000Z"
        self.facts.append(Fact(contest="c1", seq=seq, at=at, body=body, prev=FIRST_LINK, link=FIRST_LINK))
        return seq


class Reader:
    """A wire that keeps what it is given, or says that it is slow."""

    def __init__(self) -> None:
        self.read: list[dict] = []
        self.slow = False

    def put(self, frame) -> bool:
        if not self.slow:
            self.read.append(msgspec.json.decode(frame.payload))
        return not self.slow

    @property
    def totals(self) -> list[str]:
        return [message["rows"][0]["total"] for message in self.read]


@pytest.fixture
def event():
    return Event()


@pytest.fixture
async def hub(event):
    hub = Hub(event, event, LiveFigures(CollectorRegistry()), pace=PACE)
    async with hub.running():
        yield hub


async def test_a_fact_moves_the_board_after_the_bell_and_waits_for_no_other_look(event):
    hub = Hub(event, event, LiveFigures(CollectorRegistry()), pace=PACE._replace(poll=60.0))
    async with hub.running():
        reader = Reader()
        await hub.enter("e1", PUBLIC, reader)
        await asyncio.sleep(0.1)
        hub.ring("c1", event.happens(7))
        await until(lambda: reader.totals == ["0", "7"], 0.09)
    assert [message["type"] for message in reader.read] == ["reset", "moved"]


async def test_a_bell_that_is_lost_doubled_or_too_early_does_no_harm(hub, event):
    reader = Reader()
    await hub.enter("e1", PUBLIC, reader)
    await asyncio.sleep(0.1)
    event.happens(1)
    await until(lambda: reader.totals[-1] == "1", 1)
    hub.ring("c1", 40)
    for _ in range(5):
        hub.ring("c1", event.happens(2))
    await until(lambda: reader.totals[-1] == "2", 1)
    await asyncio.sleep(0.2)
    assert reader.totals == ["0", "1", "2"]


async def test_many_facts_within_a_tick_are_one_step(hub, event):
    reader = Reader()
    await hub.enter("e1", PUBLIC, reader)
    await asyncio.sleep(0.1)
    asked = event.asked
    for total in range(1, 101):
        hub.ring("c1", event.happens(total))
        await asyncio.sleep(0.001)
    await until(lambda: reader.totals[-1] == "100", 2)
    assert event.asked - asked <= 12
    assert [message["after"] for message in reader.read[1:]] == [
        message["version"] for message in reader.read[:-1]
    ]


@pytest.mark.parametrize("turns", range(8))
async def test_following_ends_also_when_the_bell_rings_in_that_moment(event, turns):
    async with asyncio.timeout(3):
        hub = Hub(event, event, LiveFigures(CollectorRegistry()), pace=PACE)
        async with hub.running():
            await hub.enter("e1", PUBLIC, Reader())
            await asyncio.sleep(0.1)
            hub.ring("c1", event.happens(7))
            for _ in range(turns):
                await asyncio.sleep(0)


async def test_a_slow_reader_is_left_out_and_then_shown_the_whole(hub, event):
    slow, quick = Reader(), Reader()
    await hub.enter("e1", PUBLIC, slow)
    await hub.enter("e1", PUBLIC, quick)
    slow.slow = True
    for total in (1, 2, 3):
        hub.ring("c1", event.happens(total))
        await until(lambda total=total: quick.totals[-1] == str(total), 1)
    slow.slow = False
    await until(lambda: slow.totals == ["0", "3"], 1)
    assert slow.read[1]["type"] == "reset"
    hub.ring("c1", event.happens(4))
    await until(lambda: slow.totals == ["0", "3", "4"], 1)
    assert slow.read[2]["type"] == "moved"


async def test_a_fault_delays_a_board_and_never_ends_it(hub, event, monkeypatch):
    monkeypatch.setattr("realtime.supervising.AGAIN_SECONDS", 0.05)
    reader = Reader()
    await hub.enter("e1", PUBLIC, reader)
    event.broken = True
    hub.ring("c1", event.happens(5))
    await asyncio.sleep(0.2)
    event.broken = False
    await until(lambda: reader.totals[-1] == "5", 1)


async def test_a_change_of_plan_which_leaves_no_fact_moves_the_board_and_is_told_once(hub, event):
    reader, told = Reader(), []
    hub.planned(lambda: told.append(event.plans))
    await hub.enter("e1", PUBLIC, reader)
    await until(lambda: told == [1], 1)
    event.total, event.plans = 6, 2
    await until(lambda: reader.totals == ["0", "6"], 1)
    await asyncio.sleep(0.3)
    assert told == [1, 2]
    assert event.asked <= 5


async def test_a_room_that_cannot_be_computed_is_forgotten_as_well(hub, event, monkeypatch):
    monkeypatch.setattr("realtime.supervising.AGAIN_SECONDS", 0.02)
    reader = Reader()
    await hub.enter("e1", PUBLIC, reader)
    event.broken = True
    hub.ring("c1", event.happens(5))
    await until(lambda: hub._figures.faults._value.get() > 1, 2)
    hub.leave("e1", PUBLIC, reader)
    await until(lambda: hub.rooms == 0, 2)
    assert event.forgotten == ["e1"]


async def test_of_an_event_that_is_no_more_its_viewers_are_told_and_nothing_is_kept(hub, event):
    reader = Reader()
    await hub.enter("e1", PUBLIC, reader)
    event.gone, event.plans = True, 2
    await until(lambda: len(reader.read) == 2, 2)
    assert reader.read[1] == {"type": "refused", "code": "not_found", "params": {"what": "event"}}
    await until(lambda: hub.rooms == 0, 1)
    hub.leave("e1", PUBLIC, reader)
    assert (event.forgotten, hub._figures.faults._value.get()) == (["e1"], 0)


async def test_a_storm_of_viewers_is_answered_by_one_computation(hub, event):
    event.slow = 0.05
    readers = [Reader() for _ in range(200)]
    await asyncio.gather(*(hub.enter("e1", PUBLIC, reader) for reader in readers))
    # Once for all of them, and once more for what may have happened meanwhile.
    assert event.asked <= 2
    assert {tuple(reader.totals) for reader in readers} == {("0",)}


async def test_a_storm_for_nothing_is_refused_and_keeps_nothing(hub):
    storm = await asyncio.gather(
        *(hub.enter("nothing", PUBLIC, Reader()) for _ in range(20)), return_exceptions=True
    )
    assert {type(answer) for answer in storm} == {NotFound}
    assert hub.rooms == 0
    with pytest.raises(NotFound):
        await hub.snapshot("nothing")


async def test_a_room_that_nobody_uses_is_forgotten_and_comes_back_right(hub, event):
    reader = Reader()
    await hub.enter("e1", PUBLIC, reader)
    hub.leave("e1", PUBLIC, reader)
    await until(lambda: hub.rooms == 0, 2)
    assert event.forgotten == ["e1"]
    event.happens(9)
    snapshot = await hub.snapshot("e1")
    assert b'"total":"9"' in snapshot.body


async def test_the_snapshot_has_one_tag_for_one_content(hub, event):
    before = await hub.snapshot("e1")
    assert before == await hub.snapshot("e1")
    hub.ring("c1", event.happens(3))
    await asyncio.sleep(0.2)
    after = await hub.snapshot("e1")
    assert after.etag != before.etag
    hub.ring("c1", event.happens(0))
    await asyncio.sleep(0.2)
    assert await hub.snapshot("e1") == before


async def test_listeners_hear_every_later_fact_once_until_they_stop(hub, event):
    event.happens(1)
    heard = []
    stop = hub.listen("c1", lambda fact: heard.append(fact.seq))
    await hub.follow("c1")
    for total in range(10):
        hub.ring("c1", event.happens(total))
    await until(lambda: heard == list(range(2, 12)), 1)
    stop()
    hub.ring("c1", event.happens(0))
    await asyncio.sleep(0.2)
    assert heard == list(range(2, 12))
