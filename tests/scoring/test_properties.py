"""What must hold of every contest, whatever its document and its marks."""

import json
from fractions import Fraction
from random import Random

import msgspec

from scoring import results
from scoring.plan import plan
from scoring.sheet import judges_of
from tests.scoring import oracle
from tests.scoring.comparing import agrees
from tests.scoring.contests import Contest


def contests(first: int, count: int, **words):
    """Contests of sizes 1 to 4, each with its own dice for what is done to it."""
    for seed in range(first, first + count):
        yield seed, Contest(seed, 1 + seed % 4, **words), Random(seed)


def rows(contest: Contest, **words) -> dict:
    return {row.entry: row for row in results(contest.scheme, contest.sheet(**words)).rows}


def test_with_blanks_every_known_score_is_that_of_the_oracle_and_unknown_ones_are_unknown():
    for seed, contest, _ in contests(10_000, 300, holes=0.15):
        agrees(contest, told=f"seed {seed}")


def test_best_and_worst_contain_every_completion():
    for seed, contest, _ in contests(20_000, 150, holes=0.3):
        before = rows(contest)
        for _ in range(3):
            contains(contest, before, seed)


def contains(contest: Contest, before: dict, seed: int) -> None:
    """Fill the blanks once, and look for every total between what was said to be possible."""
    low_is_best = contest.document["ranking"].get("order") == "low"
    wanted = oracle.judge(contest.document, contest.facts(contest.completed()))
    totals = wanted.values.of(wanted.tree.root["id"])
    for entry, row in before.items():
        total = totals[entry]
        if not total.known or row.status != "entered" or "no_result" in wanted.order.excluded[entry]:
            continue
        worst, best = (row.best, row.worst) if low_is_best else (row.worst, row.best)
        printed = oracle.r(total.value, contest.scheme.places)
        assert Fraction(worst) <= printed <= Fraction(best), (seed, entry, worst, printed, best)
        if row.total is not None:
            assert Fraction(row.total) == printed == Fraction(best) == Fraction(worst), (seed, entry)


def test_the_order_of_input_never_matters():
    for seed, contest, dice in contests(30_000, 150, holes=0.05):
        sheet = contest.sheet()
        marks, entries = list(sheet.marks), list(contest.entries)
        dice.shuffle(marks)
        dice.shuffle(entries)
        mixed = msgspec.structs.replace(sheet, marks=marks, entries=tuple(entries))
        assert results(contest.scheme, mixed) == results(contest.scheme, sheet), seed


def test_the_numbers_printed_for_entries_change_no_rank():
    for seed, contest, dice in contests(40_000, 100, holes=0.05):
        numbers = {entry: f"A{dice.randrange(12)}" for entry in contest.entries if dice.random() < 0.9}
        bare = rows(contest)
        for row in results(contest.scheme, msgspec.structs.replace(contest.sheet(), labels=numbers)).rows:
            assert msgspec.structs.replace(row, place=0) == msgspec.structs.replace(bare[row.entry], place=0), seed


def test_raising_a_mark_never_worsens_its_owners_rank():
    raised = 0
    for seed, contest, dice in contests(50_000, 250, only_rising=True):
        raised += one_is_raised(contest, dice, seed)
    assert raised > 100


def one_is_raised(contest: Contest, dice: Random, seed: int) -> bool:
    entry = dice.choice(contest.entries)
    raisable = [
        (slot, value)
        for slot, (kind, value) in contest.marks[entry].items()
        if kind == "entered"
        and value < contest.scheme.aspects[slot[0]].high
        and not contest.aspects[slot[0]].get("dual")
    ]
    before = rows(contest)[entry].rank
    if not raisable or before is None:
        return False
    slot, value = dice.choice(raisable)
    contest.marks[entry][slot] = ("entered", value + contest.scheme.aspects[slot[0]].step)
    after = rows(contest)[entry].rank
    assert after is not None, seed
    assert after <= before, seed
    return True


def test_a_blank_is_not_a_zero():
    asked = 0
    for seed, contest, dice in contests(60_000, 150):
        aspects = [one for one in contest.scheme.aspects.values() if one.counts and not contest.optional(one.id)]
        if not aspects:
            continue
        aspect, entry = dice.choice(aspects), dice.choice(contest.entries)
        if contest.statuses.get(entry) or contest.document["ranking"].get("rank_incomplete"):
            continue
        slot = next(slot for slot in contest.slots(entry) if slot[0] == aspect.id)
        contest.marks[entry].pop(slot, None)
        found = results(contest.scheme, contest.sheet())
        row = next(row for row in found.rows if row.entry == entry)
        assert (row.total, row.scores[aspect.id], row.rank) == (None, None, None), seed
        assert row.complete < row.aspects, seed
        assert found.missing >= 1, seed
        asked += 1
    assert asked > 80


def test_numbers_too_large_for_int64_take_the_slow_path_with_the_same_results():
    for seed, contest, dice in contests(70_000, 150):
        # A counted quantity a million million times larger than needed leaves nothing for 64 bits.
        contest.document["root"]["parts"].append(
            {
                "kind": "amount", "id": "huge", "name": "大", "high": "999999999", "step": "0.001",
                "weight": "999999.999999", "factor": "999999.999999", "places": 4,
            }
        )  # fmt: skip
        contest.read(json.loads(json.dumps(contest.document)))
        for own in contest.marks.values():
            own["huge", 0] = ("entered", dice.randint(0, 999_999_999_000))
        assert plan(contest.scheme, judges_of(contest.sheet())).dtype is object, seed
        agrees(contest, told=f"seed {seed}")
