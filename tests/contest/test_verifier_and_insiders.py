"""What somebody who can seal a bundle may still not get past the verifier: other words, other values."""

from __future__ import annotations

import hashlib
import io

import pytest

from contest.ledger_verifier import check_receipts, verify_bundle
from tests.contest.bundles import Written, history


def codes(made: Written) -> list[str]:
    return [one.code for one in verify_bundle(io.BytesIO(made.bundle())).findings]


def test_no_word_moves_from_a_text_into_its_salt():
    """The commitment is of salt and text together: with salts of any length «not guilty» could become «guilty»."""
    made = Written().mark(reason="不同意改分").commit()
    assert codes(made) == []
    (words,) = made.words
    moved = "不".encode()
    made.words[0] = words | {"salt": words["salt"] + moved.hex(), "text": words["text"].removeprefix("不")}
    said = bytes.fromhex(made.words[0]["salt"]) + made.words[0]["text"].encode()
    assert hashlib.sha256(said).hexdigest() in made.facts[0]["content"]
    assert codes(made) == ["words"]


@pytest.mark.parametrize(
    "promised",
    [
        {"value": 9000},
        {"kind": "absent"},
        {"entry": "another"},
        {"replaces": "mark-1"},
        {"device": "another"},
        {"device_seq": 4},
        {"because": "not_newest"},
        {"verdict": "pending"},
        {"verdict": "kept"},
    ],
)
def test_a_receipt_is_of_what_the_mark_said_and_not_of_its_name_alone(promised):
    """A server that stores another value than the tablet sent signs for it; the tablet knows what it sent."""
    made = history(40)
    ledger = verify_bundle(io.BytesIO(made.bundle()), wanted=[5])
    sound = made.receipt(5)
    said = {name: ledger.contents[5][name] for name in ("value", "kind", "device", "because")}
    assert check_receipts(ledger, [sound, sound | said]) == []
    assert [one.code for one in check_receipts(ledger, [sound | promised])] == ["receipt_mark"]
