"""Work that goes on, and how it ends."""

import asyncio
import contextlib

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from realtime.figures import LiveFigures
from realtime.supervising import MOST_TIMES, ended, supervised

pytestmark = pytest.mark.clockwork


async def begun(work) -> asyncio.Task:
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    return task


async def test_work_that_fails_is_done_again_until_it_is_ended():
    figures, turns = LiveFigures(CollectorRegistry()), []

    async def fails() -> None:
        turns.append(asyncio.get_running_loop().time())
        raise OSError("the database is away")

    task = await begun(supervised("work", fails, figures))
    await asyncio.sleep(9.5)
    await ended([task])
    assert turns == [float(second) for second in range(10)]
    assert figures.faults._value.get() == 10


async def test_whose_cancellation_was_lost_is_told_again():
    async def loses() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    tasks = [await begun(loses()) for _ in range(3)]
    await ended(tasks)
    assert all(task.cancelled() for task in tasks)


async def test_who_never_hears_keeps_nobody_from_leaving_and_is_named():
    heard = []

    async def deaf() -> None:
        for _ in range(100):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                heard.append(True)
            if len(heard) > MOST_TIMES:
                return

    task = await begun(deaf())
    with capture_logs() as said:
        await ended([task])
    assert not task.done()
    assert [line["log_level"] for line in said] == ["error"]
    assert len(heard) == MOST_TIMES
    await ended([task])
    assert task.done()


async def test_nothing_to_end_and_what_has_ended_is_no_trouble():
    async def fails() -> None:
        raise OSError("long ago")

    task = await begun(fails())
    await ended([])
    await ended([task])
