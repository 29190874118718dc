"""A real competition, from a shuffled table of marks to its published totals and ranks, on the command line."""

import csv
import io
import json
import random

import pytest

from contest.cli import main
from scoring.exact import printed
from tests.scoring.skating import Programme, programmes


def long_table(programme: Programme, part: int) -> str:
    """Every second mark, in no order, with judges by name."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["参赛者", "评分点", "裁判", "分值", "状态"])
    rows = [
        [
            mark.entry,
            mark.aspect,
            f"裁判 {mark.seat}" if mark.seat else "",
            "" if mark.value is None else printed(mark.value, 1000, 3),
            "" if mark.kind == "entered" else mark.kind,
        ]
        for mark in programme.sheet().marks[part::2]
    ]
    random.Random(part).shuffle(rows)
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("programme", programmes(), ids=lambda programme: programme.name.lower().replace(" ", "-"))
def test_published_totals_and_ranks_come_out_of_files(programme: Programme, tmp_path):
    scheme, first, second, out = (tmp_path / name for name in ("scheme.json", "a.csv", "b.csv", "results.csv"))
    scheme.write_text(json.dumps(programme.document()), "utf-8")
    first.write_text(long_table(programme, 0), "utf-8")
    second.write_text(long_table(programme, 1), "gb18030")
    assert main(["score", str(scheme), str(first), str(second), "--out", str(out)]) == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        made = {row["entry"]: (int(row["rank"]), row["total"]) for row in csv.DictReader(file)}
    assert made == {
        one["performance_id"]: (int(one["rank"]), one["total_segment_score"]) for one in programme.performances
    }
