"""The engine against a second scorer, over thousands of random contests."""

import json
from fractions import Fraction

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring import parse, results
from scoring.plan import plan
from scoring.sheet import judges_of
from tests.scoring import oracle
from tests.scoring.contests import Contest

SEEDS = st.integers(0, 2**48)
SIZES = st.integers(1, 4)


def thorough(examples: int):
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=False,
    )


def agrees(contest: Contest) -> None:
    found = results(contest.scheme, contest.sheet())
    values, ranks = oracle.score(contest.document, contest.entries, contest.seats, contest.marks, contest.statuses)
    assert {row.entry: row.rank for row in found.rows} == ranks
    taken_away = {node["id"] for node, _ in oracle.walk(contest.document["root"]) if oracle.taken_away(node)}
    for row in found.rows:
        wrong = {
            node: (str(values[row.entry][node]), text)
            for node, text in row.scores.items()
            if not oracle.shown(values[row.entry][node], text, taken_away=node in taken_away)
        }
        assert not wrong, row.entry


@given(SEEDS, SIZES)
@thorough(1200)
def test_every_score_and_rank_of_a_marked_event_is_that_of_the_oracle(seed, size):
    agrees(Contest(seed, size))


@given(SEEDS, SIZES)
@thorough(500)
def test_with_blanks_every_known_score_is_that_of_the_oracle_and_unknown_ones_are_unknown(seed, size):
    agrees(Contest(seed, size, holes=0.1))


@given(SEEDS, SIZES)
@thorough(400)
def test_best_and_worst_contain_every_completion(seed, size):
    contest = Contest(seed, size, holes=0.3)
    before = {row.entry: row for row in results(contest.scheme, contest.sheet()).rows}
    low_is_best = contest.document["ranking"].get("order") == "low"
    for _ in range(3):
        marks = contest.completed()
        for entry in contest.entries:
            values: dict[str, Fraction | None] = {}
            total = oracle.value_of(contest.document["root"], marks[entry], contest.seats[entry], values)
            row = before[entry]
            if total is None or row.status != "entered":
                continue
            worst, best = (row.best, row.worst) if low_is_best else (row.worst, row.best)
            printed = oracle.r(total, contest.scheme.places)
            assert Fraction(worst) <= printed <= Fraction(best)
            if row.total is not None:
                assert Fraction(row.total) == printed == Fraction(best) == Fraction(worst)


@given(SEEDS, SIZES, st.randoms())
@thorough(200)
def test_the_order_of_input_never_matters(seed, size, dice):
    contest = Contest(seed, size, holes=0.05)
    marks = list(contest.sheet().marks)
    dice.shuffle(marks)
    entries = list(contest.entries)
    dice.shuffle(entries)
    sheet = contest.sheet(entries=tuple(entries))
    mixed = type(sheet)(entries=sheet.entries, marks=marks, seats=sheet.seats, statuses=sheet.statuses)
    assert results(contest.scheme, mixed) == results(contest.scheme, contest.sheet())


@given(SEEDS, SIZES, st.randoms())
@thorough(200)
def test_the_numbers_printed_for_entries_change_no_rank(seed, size, dice):
    contest = Contest(seed, size, holes=0.05)
    numbers = {entry: f"A{dice.randrange(12)}" for entry in contest.entries if dice.random() < 0.9}
    bare = {row.entry: row for row in results(contest.scheme, contest.sheet()).rows}
    for row in results(contest.scheme, msgspec.structs.replace(contest.sheet(), labels=numbers)).rows:
        assert msgspec.structs.replace(row, place=0) == msgspec.structs.replace(bare[row.entry], place=0)


@given(SEEDS, SIZES)
@thorough(300)
def test_raising_a_mark_never_worsens_its_owners_rank(seed, size):
    contest = Contest(seed, size, only_rising=True)
    entry = contest.dice.choice(contest.entries)
    raisable = [
        (slot, value)
        for slot, (kind, value) in contest.marks[entry].items()
        if kind == "entered" and value < contest.scheme.aspects[slot[0]].high
    ]
    before = {row.entry: row.rank for row in results(contest.scheme, contest.sheet()).rows}[entry]
    if not raisable or before is None:
        return
    slot, value = contest.dice.choice(raisable)
    contest.marks[entry][slot] = ("entered", value + contest.scheme.aspects[slot[0]].step)
    after = {row.entry: row.rank for row in results(contest.scheme, contest.sheet()).rows}[entry]
    assert after <= before


@given(SEEDS, SIZES)
@thorough(200)
def test_a_blank_is_not_a_zero(seed, size):
    contest = Contest(seed, size)
    aspects = [aspect for aspect in contest.scheme.aspects.values() if aspect.counts]
    aspect, entry = contest.dice.choice(aspects), contest.dice.choice(contest.entries)
    if contest.statuses.get(entry):
        return
    slot = next(slot for slot in contest.slots(entry) if slot[0] == aspect.id)
    del contest.marks[entry][slot]
    found = results(contest.scheme, contest.sheet())
    row = next(row for row in found.rows if row.entry == entry)
    assert (row.total, row.scores[aspect.id]) == (None, None)
    assert row.complete < row.aspects
    assert found.missing >= 1
    assert row.rank is None


@given(SEEDS, SIZES)
@thorough(200)
def test_numbers_too_large_for_int64_take_the_slow_path_with_the_same_results(seed, size):
    contest = Contest(seed, size)
    # A counted quantity a million million times larger than needed leaves nothing for 64 bits.
    contest.document["root"]["parts"].append(
        {
            "kind": "amount", "id": "huge", "name": "大", "high": "999999999", "step": "0.001",
            "weight": "999999.999999", "factor": "999999.999999", "places": 4,
        }
    )  # fmt: skip
    contest.scheme = parse(json.dumps(contest.document))
    for own in contest.marks.values():
        own["huge", 0] = ("entered", contest.dice.randint(0, 999_999_999_000))
    assert plan(contest.scheme, judges_of(contest.sheet())).dtype is object
    agrees(contest)
