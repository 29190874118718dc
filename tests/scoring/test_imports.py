"""What comes with the engine: scoring one event loads numbers and nothing else."""

import json
import subprocess
import sys

SCORED = """
import json, sys
from scoring import Sheet, SheetMark, parse, results
part = {"kind": "panel", "id": "work", "name": "作品", "high": "10", "rule": {"take": "trimmed"}}
root = {"kind": "sum", "id": "total", "name": "总分", "parts": [part]}
sheet = Sheet(
    entries=("a", "b"),
    marks=[SheetMark(entry, "work", seat, "entered", 1000 * seat) for entry in "ab" for seat in (1, 2, 3)],
    seats={"a": 3, "b": 3},
)
ranks = [row.rank for row in results(parse(json.dumps({"root": root})), sheet).rows]
print(json.dumps({"ranks": ranks, "loaded": sorted(sys.modules)}))
"""


def test_scoring_an_event_loads_no_tables_no_server_and_no_database():
    done = subprocess.run([sys.executable, "-c", SCORED], capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(done.stdout)
    assert told["ranks"] == [1, 1]
    packages = {name.split(".")[0] for name in told["loaded"]}
    assert {"scoring", "numpy", "msgspec"} <= packages
    assert packages & {"polars", "pandas", "openpyxl", "piccolo", "litestar", "asyncio", "contest"} == set()
