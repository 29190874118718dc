"""How fast the scoring engine is, beside a copy of the marks and beside programs written for one contest.

Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import sys

from bench.scoring import event, linear, seasons
from bench.scoring.timing import say


def main() -> int:
    limits = [*event.measure(), *seasons.measure(), *linear.measure()]
    say("\n")
    for limit in limits:
        say(limit.line() + "\n")
    return 0 if all(limit.kept for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
