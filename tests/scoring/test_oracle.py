"""The engine against a second scorer, over thousands of random contests."""

import os

import pytest

from tests.scoring.contests import Contest
from tests.scoring.shrinking import agrees

CASES = int(os.environ.get("JIANGSAI_TEST_CASES", "200000"))
CHUNKS = 100
SHORT = 4000


def agree(first: int, count: int) -> None:
    """Contests of sizes 1 to 4, a third of them with blanks."""
    for seed in range(first, first + count):
        agrees(Contest(seed, 1 + seed % 4, holes=(0, 0, 0.08)[seed % 3]), told=f"seed {seed}")


@pytest.mark.parametrize("chunk", range(10))
def test_every_number_rank_award_and_remark_is_that_of_the_oracle(chunk):
    agree(chunk * SHORT // 10, SHORT // 10)


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_over_two_hundred_thousand_contests_there_is_no_difference(chunk):
    agree(1_000_000 + chunk * CASES // CHUNKS, CASES // CHUNKS)
