"""What must hold of every contest, whatever its document and its marks."""

from random import Random

import msgspec

from scoring import results
from tests.scoring.contests import Contest
from tests.scoring.shrinking import agrees


def contests(first: int, count: int, **words):
    """Contests of sizes 1 to 4, each with its own dice for what is done to it."""
    for seed in range(first, first + count):
        yield seed, Contest(seed, 1 + seed % 4, **words), Random(seed)


def rows(contest: Contest) -> dict:
    return {row.entry: row for row in results(contest.scheme, contest.sheet()).rows}


def test_with_blanks_every_known_score_is_that_of_the_oracle_and_unknown_ones_are_unknown():
    for seed, contest, _ in contests(10_000, 300, holes=0.15):
        agrees(contest, told=f"seed {seed}")


def test_the_order_of_input_never_matters():
    for seed, contest, dice in contests(30_000, 150, holes=0.05):
        sheet = contest.sheet()
        marks, entries = list(sheet.marks), list(contest.entries)
        dice.shuffle(marks)
        dice.shuffle(entries)
        mixed = msgspec.structs.replace(
            sheet,
            marks=marks,
            entries=tuple(entries),
            statuses=dict(reversed(sheet.statuses.items())),
            lots=dict(reversed(sheet.lots.items())),
            attributes={name: dict(reversed(own.items())) for name, own in reversed(sheet.attributes.items())},
        )
        assert results(contest.scheme, mixed) == results(contest.scheme, sheet), seed


def test_the_numbers_printed_for_entries_change_no_rank():
    for seed, contest, dice in contests(40_000, 250, holes=0.05):
        contest.labels = {}
        bare = rows(contest)
        contest.labels = {entry: f"A{dice.randrange(12)}" for entry in contest.entries if dice.random() < 0.9}
        for entry, row in rows(contest).items():
            assert msgspec.structs.replace(row, place=0) == msgspec.structs.replace(bare[entry], place=0), seed


def test_raising_a_mark_never_worsens_its_owners_rank():
    raised = 0
    for seed, contest, dice in contests(50_000, 500, only_rising=True):
        assert contest.scheme.rising, seed
        raised += one_is_raised(contest, dice, seed)
    for seed, contest, dice in contests(55_000, 500):
        raised += contest.scheme.rising and one_is_raised(contest, dice, seed)
    assert raised > 200


def one_is_raised(contest: Contest, dice: Random, seed: int) -> bool:
    """Raise one mark of one entry and look at its rank."""
    entry = dice.choice(contest.entries)
    raisable = [
        (slot, value)
        for slot, (kind, value) in contest.marks[entry].items()
        if kind == "entered" and value < (contest.scheme.aspects[slot[0]].high or 10**9)
    ]
    before = rows(contest)[entry].rank
    if not raisable or before is None:
        return False
    (aspect, seat), value = dice.choice(raisable)
    step = contest.scheme.aspects[aspect].step
    most = ((contest.scheme.aspects[aspect].high or 10**9) - value) // step
    contest.marks[entry][aspect, seat] = ("entered", value + step * dice.randint(1, most))
    after = rows(contest)[entry].rank
    assert after is not None, seed
    assert after <= before, seed
    return True


def test_a_blank_is_not_a_zero():
    asked = 0
    for seed, contest, dice in contests(60_000, 250):
        aspects = [one for one in contest.scheme.aspects.values() if one.counts and not contest.optional(one.id)]
        entry = dice.choice(contest.entries)
        ranking = contest.document["ranking"]
        if not aspects or contest.statuses.get(entry) or contest.document.get("stages"):
            continue
        aspect = dice.choice(aspects)
        slot = next(slot for slot in contest.slots(entry) if slot[0] == aspect.id)
        contest.marks[entry].pop(slot, None)
        found = results(contest.scheme, contest.sheet())
        row = next(row for row in found.rows if row.entry == entry)
        assert (row.total, row.scores[aspect.id]) == (None, None), seed
        assert row.rank is None or ranking.get("rank_incomplete"), seed
        assert row.complete < row.aspects, seed
        assert found.missing >= 1, seed
        assert not any(other.awards for other in found.rows), seed
        asked += 1
    assert asked > 80
