"""What somebody who can seal a bundle may still not get past the verifier: other words, other values."""

from __future__ import annotations

import hashlib
import io

import pytest

from contest.ledger_verifier import check_receipts, verify_bundle
from tests.contest.bundles import Key, Written, history


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


def test_a_path_has_one_form_only():
    made = history(40)
    ledger = verify_bundle(io.BytesIO(made.bundle()), wanted=[5])
    sound = made.receipt(5)
    for other in (str.upper, lambda node: f"{node[:2]} {node[2:]}"):
        changed = sound | {"path": [other(node) for node in sound["path"]]}
        assert [one.code for one in check_receipts(ledger, [changed])] == ["receipt_form"]


def test_one_version_of_a_scheme_is_adopted_once():
    """Else the document by which the first was marked could be left out."""
    made = Written().adopt().adopt('{"root":{"kind":"sum","v":2}}')
    del made.schemes[0]
    assert codes(made.commit()) == ["scheme"]


def test_a_key_is_listed_once():
    made = Written().mark().commit()
    made.keys = [made.key.listed(), made.key.listed(at="")]
    assert codes(made) == ["key_form"]


def test_a_name_with_a_percent_sign_is_a_name():
    assert codes(Written(contest="c%d").mark().commit()) == []
    made = Written(contest="c%1").mark()
    made.contest = "c%%1"
    assert codes(made.commit()) == ["fact_number"]


def test_keys_vouch_for_each_other_in_whatever_order_their_clocks_put_them():
    first, second, third = Key(1), Key(2), Key(3)
    made = Written(key=third).mark().commit()
    made.keys = [third.listed(by=second), second.listed(by=first), first.listed()]
    assert [*findings(made, first), *findings(made, second), *findings(made, third)] == []
    made.keys = [third.listed(by=second), second.listed(by=third), first.listed()]
    assert set(findings(made, first)) == {"key_strange"}


def findings(made: Written, trusted: Key) -> list[str]:
    ledger = verify_bundle(io.BytesIO(made.bundle()), trust=[trusted.fingerprint])
    return [one.code for one in ledger.findings]
