"""T1: whatever is changed, taken away, put in or put elsewhere in an exported ledger of 200 facts is found.

Each change is tried twice: with the seal that the exporter had put (nobody can make another), and with a seal
made anew by somebody who has the key that seals, so that the chain and the signed heads must find it themselves.
"""

from __future__ import annotations

import copy
import io
import random

import pytest

from contest.ledger_verifier import Verifier, check_receipts, compare
from tests.contest.bundles import Key, codes, history, verified

MADE = history(200)
BUNDLE = MADE.bundle()
LINES = list(io.BytesIO(BUNDLE))


def fork(verifier: Verifier) -> Verifier:
    """A verifier that goes on from the same line, and leaves the other as it is."""
    made = copy.copy(verifier)
    for name, value in vars(verifier).items():
        if isinstance(value, dict | set | list | bytearray) or name == "_digest":
            setattr(made, name, value.copy())
    return made


def before_each_line() -> list[Verifier]:
    """What a verifier knows before each line of the sound bundle."""
    known, verifier = [], Verifier()
    for line in LINES:
        known.append(fork(verifier))
        verifier.feed(line)
    verifier.finish()
    assert verifier.findings == []
    return known


KNOWN = before_each_line()


def found(place: int, rest: bytes, *, sealed: bool = True) -> bool:
    """Whether something is found in what stands from a line on; `sealed` False: the seal may not."""
    verifier = fork(KNOWN[place])
    for line in io.BytesIO(rest):
        verifier.feed(line)
        if verifier.findings:
            return True
    verifier.finish()
    return {one.code for one in verifier.findings} - (set() if sealed else {"cut"}) != set()


def undetected(places: range, changes: tuple[int, ...], *, sealed: bool = True) -> list[tuple[int, int]]:
    """The lines and bytes in them whose change is not found."""
    missed = []
    for place in places:
        line = LINES[place]
        tail = b"".join(LINES[place + 1 :] if sealed else LINES[place + 1 : -1])
        for offset in range(len(line)):
            for change in changes:
                other = bytearray(line)
                other[offset] ^= change
                if not found(place, bytes(other) + tail, sealed=sealed):
                    missed.append((place, offset))
    return missed


def test_every_byte_matters():
    assert undetected(range(len(LINES)), (1,)) == []


@pytest.mark.long
def test_every_byte_matters_whatever_it_is_changed_to():
    assert undetected(range(len(LINES)), (2, 0x20, 0x80, 0xFF, 0x0A ^ 0x22)) == []


def test_every_byte_behind_the_header_matters_even_when_the_seal_is_made_anew():
    assert undetected(range(1, len(LINES) - 1), (1,), sealed=False) == []


def test_an_entry_that_is_taken_away_doubled_or_swapped_is_found_without_the_seal():
    body = LINES[:-1]
    for place in range(1, len(body)):
        assert found(place, b"".join(body[place + 1 :]), sealed=False), f"without line {place}"
        assert found(place, b"".join([body[place], *body[place:]]), sealed=False), place
        if place + 1 < len(body):
            swapped = [body[place + 1], body[place], *body[place + 2 :]]
            assert found(place, b"".join(swapped), sealed=False), f"line {place} after the next"


def test_what_is_cut_off_is_found_wherever_it_is_cut():
    for length in [*range(0, len(BUNDLE), 997), *range(len(BUNDLE) - 60, len(BUNDLE))]:
        assert "cut" in codes(BUNDLE[:length]) or codes(BUNDLE[:length]) == ["line_form", "cut"]


def test_what_is_put_behind_is_found():
    for extra in (b"\n", b"{}\n", b" ", LINES[-1], LINES[1], LINES[0]):
        assert codes(BUNDLE + extra) != []
    longer = MADE.fork().mark(9999)
    assert codes(longer.bundle()) == ["unsigned"]


@pytest.mark.parametrize("start", [3, 20, 21, 100, 199])
def test_a_tail_that_is_replaced_is_found_unless_the_key_itself_signs_it(start):
    def rewritten(key: Key):
        other = MADE.fork()
        del other.facts[start:]
        other.heads = [head for head in other.heads if head["seq"] <= start]
        other.words = [words for words in other.words if words["seq"] <= start]
        other.checkpoints = [checkpoint for checkpoint in other.checkpoints if checkpoint["seq"] <= start]
        while len(other.facts) < 200:
            other.mark(1000)
        return other.commit(key)

    old = rewritten(MADE.key)
    old.heads[-1]["signature"] = MADE.heads[-1]["signature"]
    assert "head_signature" in codes(old.bundle())
    stranger = Key(66)
    strange = rewritten(stranger)
    strange.keys = [*strange.keys, stranger.listed()]
    assert "key_strange" in codes(strange.bundle(), trust=[MADE.key.fingerprint])
    # The holder of the key can write another history; whoever holds a receipt or an older file shows it.
    forged = rewritten(MADE.key)
    assert codes(forged.bundle()) == []
    receipts = [MADE.receipt(seq) for seq in (150, 200)]
    ledger = verified(forged.bundle(), wanted=[150, 200])
    assert "receipt_link" in [one.code for one in check_receipts(ledger, receipts)]
    assert [one.code for one in compare(ledger, verified(BUNDLE))] == ["split_signed"]
    assert compare(ledger, verified(BUNDLE))[0].at == start + 1


def test_an_end_that_is_taken_away_with_its_heads_is_found_by_receipts_and_by_older_files():
    shorter = MADE.fork()
    del shorter.facts[180:]
    shorter.heads = [head for head in shorter.heads if head["seq"] <= 180]
    shorter.checkpoints = shorter.checkpoints[:1]
    assert codes(shorter.bundle()) == []
    ledger = verified(shorter.bundle(), wanted=[180, 181])
    told = check_receipts(ledger, [MADE.receipt(180), MADE.receipt(181)])
    assert [(one.code, one.at) for one in told] == [("receipt_missing", 181)]
    assert [(one.code, one.at) for one in compare(ledger, verified(BUNDLE))] == [("older_longer", 200)]


def test_random_changes_of_many_bytes_are_found():
    seed = 20261120
    dice = random.Random(seed)
    for _ in range(60):
        other = bytearray(BUNDLE)
        for _ in range(dice.randrange(1, 30)):
            other[dice.randrange(len(other))] ^= dice.randrange(1, 256)
        assert codes(bytes(other)) != [], seed
