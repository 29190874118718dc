"""T3: two servers that tell two histories are found out by what they gave to two tablets, and by their exports.

Both have the same key, as a server has that shows one ledger to some and another to others. A database that was
copied and went on twice is the same thing without ill will.
"""

from __future__ import annotations

import msgspec

from contest.ledger_verifier import check_receipts, compare
from contest.model.ids import ContestId
from contest.model.signing import SigningKey
from contest.store.bundle import bundle
from contest.store.open import Store, open_store
from contest.store.sqlite import path_of
from tests.builders import hall
from tests.contest.bundles import verified


async def exported(store: Store, contest: str) -> bytes:
    return b"".join([piece async for piece in bundle(store, ContestId(contest), store.key)])


async def two_histories(url: str, key: SigningKey):
    """One contest with a mark, told on by two servers; the receipts that two tablets got, and both exports."""
    one = await open_store(url, signing_key=key)
    at = await hall(one)
    (shared,) = await at.stored(at.mark(8000))
    common = await exported(one, at.contest)
    await one.close()
    path = path_of(url)
    copy = path.with_name("second.db")
    copy.write_bytes(path.read_bytes())

    told = []
    for store_url, value in ((url, 9000), (f"sqlite:///{copy}", 1000)):
        at.store = store = await open_store(store_url, signing_key=key)
        first = at.mark(value, seat=1, entry=1, number=1)
        receipts = [shared, *await at.stored(first, at.mark(value, seat=1, entry=2, number=2))]
        told.append((msgspec.to_builtins(receipts), await exported(store, at.contest)))
        await store.close()
    return common, *told


async def test_two_histories_of_one_contest_are_found_out(sqlite_url):
    key = SigningKey.make()
    common, (first_receipts, first), (second_receipts, second) = await two_histories(sqlite_url, key)
    trust = [key.fingerprint]
    one, other = (verified(made, trust=trust, wanted=range(1, 20)) for made in (first, second))
    # Each is sound by itself, and goes on from what both have in common.
    for ledger, receipts in ((one, first_receipts), (other, second_receipts)):
        assert (ledger.findings, check_receipts(ledger, receipts)) == ([], [])
        assert compare(ledger, verified(common)) == []
    # Held against each other, both are found out, from whichever side one looks.
    split = [("split_signed", 8)]
    assert [(one.code, one.at) for one in compare(one, other)] == split
    assert [(one.code, one.at) for one in compare(other, one)] == split
    for ledger, receipts in ((one, second_receipts), (other, first_receipts)):
        assert [(one.code, one.at) for one in check_receipts(ledger, receipts)] == [
            ("receipt_link", 8),
            ("receipt_link", 9),
        ]


async def test_the_receipts_alone_prove_it_for_both_are_signed(sqlite_url):
    # What two tablets hold is enough: two heads of one key, of the same number, with different links.
    key = SigningKey.make()
    _, (mine, _), (yours, _) = await two_histories(sqlite_url, key)
    assert mine[0] == yours[0]
    heads = [receipts[-1]["head"] for receipts in (mine, yours)]
    assert heads[0]["seq"] == heads[1]["seq"]
    assert heads[0]["link"] != heads[1]["link"]
    from contest.model.signing import SignedHead, head_signed

    assert all(head_signed(msgspec.convert(head, SignedHead), key.public) for head in heads)
