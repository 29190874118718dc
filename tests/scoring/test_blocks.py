"""Large events are computed part by part and sorted as packed numbers: the results are those of small ones."""

from collections import Counter

import msgspec
import numpy as np

from scoring import arranging, blocks, results, total
from scoring.arranging import sorted_by
from tests.scoring.contests import Contest


def test_parts_cover_everybody_once():
    for entries in (0, 1, 255, 256, 257, 5000):
        for cells in (0, 1, 70, 420, 10**6):
            found = list(blocks.blocks(entries, cells))
            assert [at for part in found for at in range(entries)[part]] == list(range(entries))
    assert len(list(blocks.blocks(1666, 70))) == 1
    assert len(list(blocks.blocks(128_000, 70))) > 60


def test_part_by_part_nothing_changes(monkeypatch):
    contests = [Contest(seed, 1 + seed % 4, holes=(0, 0, 0.1)[seed % 3]) for seed in range(300)]
    wanted = [msgspec.json.encode(results(one.scheme, one.sheet()), enc_hook=dict) for one in contests]
    monkeypatch.setattr(blocks, "AT_ONCE", 2)
    monkeypatch.setattr(blocks, "FEWEST", 1)
    monkeypatch.setattr(arranging, "FEW", 0)
    used = Counter()
    part_by_part = total._part_by_part

    def counted(*given):
        found = part_by_part(*given)
        used[found is not None] += 1
        return found

    monkeypatch.setattr(total, "_part_by_part", counted)
    for one, told in zip(contests, wanted, strict=True):
        assert msgspec.json.encode(results(one.scheme, one.sheet()), enc_hook=dict) == told
    assert used[True] > 5


def test_rows_of_numbers_are_sorted_however_large_they_are():
    dice = np.random.default_rng(1)
    for reach in (1, 3, 10**6, 2**40, 2**62):
        first, second = (dice.integers(-reach, reach, 3000) // max(1, reach // 4) for _ in range(2))
        huge = second.astype(object) * 10**30
        for columns in ((first,), (first, second), (first % 3 == 0, second), (first, huge)):
            assert sorted_by(*columns).tolist() == np.lexsort(columns[::-1]).tolist()
