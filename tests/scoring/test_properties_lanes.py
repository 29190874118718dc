"""While marks are missing: what is said to be possible holds the outcome, however the blanks turn out."""

from collections.abc import Iterator
from fractions import Fraction

from scoring import results
from tests.scoring import oracle
from tests.scoring.contests import FEATURES, Contest
from tests.scoring.shrinking import holds

CERTAIN = {"through": True, "out": False}


PLAIN = FEATURES - {
    "standardised", "best_mark", "panel_standardise", "pass_mark", "veto", "dense", "besides",
}  # fmt: skip
"""Without what leaves everything open until the last mark."""


def open_contests(first: int, count: int):
    """Contests with many blanks or few; most of such a kind that something is certain before the end."""
    for seed in range(first, first + count):
        features = PLAIN if seed % 3 else FEATURES
        yield seed, Contest(seed, 1 + seed % 4, holes=0.3 if seed % 2 else 0.05, features=features)


def outcomes(contest: Contest) -> Iterator[oracle.Outcome]:
    """What becomes of it when the blanks are filled, in several ways."""
    for marks in contest.completions(4):
        yield oracle.judge(contest.document, contest.facts(marks))


def test_best_and_worst_contain_every_completion():
    for seed, contest in open_contests(20_000, 300):
        holds(contest, outside_of_best_and_worst, f"seed {seed}")


def outside_of_best_and_worst(contest: Contest) -> list[str]:
    """Totals that are not between what was said to be possible."""
    low_is_best = contest.document["ranking"].get("order") == "low"
    before = results(contest.scheme, contest.sheet()).rows
    wrong = []
    for wanted in outcomes(contest):
        totals = wanted.values.of(wanted.tree.root["id"])
        for row in before:
            total = totals[row.entry]
            if not total.known or row.best is None or (low_is_best and total.void):
                continue
            worst, best = (row.best, row.worst) if low_is_best else (row.worst, row.best)
            printed = oracle.r(total.value, contest.scheme.places)
            inside = Fraction(worst) <= printed <= Fraction(best)
            if not inside or (row.total is not None and not row.total == row.best == row.worst):
                wrong.append(f"{row.entry}: {printed} is not from {worst} to {best}; total {row.total}")
    return wrong


def test_who_is_certainly_through_or_out_is_so_in_every_completion():
    said = 0
    # In the first of these a place in a part waited for somebody who was out already.
    for seed, contest in (*open_contests(50_379, 1), *open_contests(80_000, 700)):
        if contest.document.get("stages"):
            holds(contest, goes_otherwise, f"seed {seed}")
            rows = results(contest.scheme, contest.sheet()).rows
            said += sum(one in CERTAIN for row in rows for one in row.advances)
    assert said > 300


def goes_otherwise(contest: Contest) -> list[str]:
    """Who was called through and did not go on, or was called out and did."""
    before = {row.entry: row.advances for row in results(contest.scheme, contest.sheet()).rows}
    return [
        f"{entry}: {advances} at the end of stage {at + 1}, but {states.get(entry)}"
        for wanted in outcomes(contest)
        if wanted.order.stages.decided
        for at, states in enumerate(wanted.order.stages.states)
        for entry, advances in before.items()
        if advances[at] in CERTAIN and (states.get(entry) == "through") != CERTAIN[advances[at]]
    ]


def test_awards_that_are_called_certain_or_lost_are_so_in_every_completion():
    said = 0
    for seed, contest in open_contests(90_000, 700):
        rows = results(contest.scheme, contest.sheet()).rows
        if certain := sum(state in CERTAIN for row in rows for state in row.prospects.values()):
            holds(contest, given_otherwise, f"seed {seed}")
            said += certain
    assert said > 60


def given_otherwise(contest: Contest) -> list[str]:
    """Who was certain of an award and has none, or had lost one and has it."""
    before = {row.entry: row.prospects for row in results(contest.scheme, contest.sheet()).rows}
    return [
        f"{entry}: {award} was called {state}, but has {wanted.awards[entry]}"
        for wanted in outcomes(contest)
        if wanted.order.finished
        for entry, prospects in before.items()
        for award, state in prospects.items()
        if state in CERTAIN and (award in wanted.awards[entry]) != CERTAIN[state]
    ]
