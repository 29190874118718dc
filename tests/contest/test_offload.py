"""Work in a process of its own: what it answers, and that a stuck or broken child takes nothing with it."""

import asyncio

import pytest

from contest.errors import WorkFailed
from contest.offload import offload


async def test_a_job_that_fails_is_named():
    with pytest.raises(WorkFailed) as refused:
        await offload("contest.exports.workbook", b"no workbook")
    assert refused.value.params == {"job": "workbook"}


async def test_a_job_that_is_stuck_is_ended_and_holds_nobody_up():
    with pytest.raises(WorkFailed):
        await offload("tests.contest.stuck", b"", seconds=0.3)
    assert b"refused" in await offload("contest.imports.reader", b"a,b\n")


def test_every_loop_has_its_own_gate():
    async def crowd() -> list[bytes]:
        return await asyncio.gather(*(offload("contest.imports.reader", b"a\n") for _ in range(3)))

    # More jobs than may run at once, so that some wait at the gate, in one loop after the other.
    assert [len(asyncio.run(crowd())) for _ in range(2)] == [3, 3]
