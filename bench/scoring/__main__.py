"""How fast the scoring engine is, beside a copy of the marks and beside programs written for one contest.

    python -m bench scoring

Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import os
import platform
import sys

import numpy as np
import pandas as pd
import polars as pl

from bench.scoring import event, files, linear, seasons
from bench.scoring.timing import say


def main() -> int:
    say(
        f"{platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, numpy {np.__version__}, "
        f"polars {pl.__version__}, pandas {pd.__version__}\n"
    )
    limits = [*event.measure(), *seasons.measure(), *linear.measure(), *files.measure()]
    say("\n")
    for limit in limits:
        say(limit.line() + "\n")
    return 0 if all(limit.kept for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
