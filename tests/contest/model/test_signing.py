"""Signed heads and vouchers: exactly the bytes that the handbook names, and nothing else, carry the signature."""

import hashlib
import json

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contest.model.ids import ContestId
from contest.model.merkle import Tree
from contest.model.signing import (
    SigningKey,
    fingerprint_of,
    head_signed,
    in_groups,
    under,
    verify_signature,
    vouched,
)

KEY = SigningKey.make()
LINKS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(5)]
AT = "2026-11-20T09:00:00.000000Z"
HEAD = KEY.sign_head(contest=ContestId("c1"), first=8, seq=12, link=LINKS[-1], root=Tree(LINKS).root, at=AT)


def test_the_signed_bytes_are_those_of_the_handbook():
    said = {name: getattr(HEAD, name) for name in ("contest", "first", "seq", "link", "root", "at", "key")}
    statement = b"jiangsai/head/1\n" + json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(KEY.public)).verify(bytes.fromhex(HEAD.signature), statement)
    assert HEAD.key == hashlib.sha256(bytes.fromhex(KEY.public)).hexdigest()[:32]
    assert (len(HEAD.signature), HEAD.signature) == (128, HEAD.signature.lower())


@pytest.mark.parametrize(
    "change",
    [
        {"contest": "c2"},
        {"first": 7},
        {"seq": 13},
        {"link": LINKS[0]},
        {"root": LINKS[0]},
        {"at": "2026-11-20T09:00:00.000001Z"},
        {"key": "0" * 32},
        {"signature": "0" * 128},
        {"signature": "x"},
    ],
)
def test_no_other_statement_is_signed(change):
    assert head_signed(HEAD, KEY.public)
    assert not head_signed(msgspec.structs.replace(HEAD, **change), KEY.public)
    assert not head_signed(HEAD, SigningKey.make().public)


def test_a_fact_stands_under_its_head_by_number_link_and_path():
    tree = Tree(LINKS)
    assert under(HEAD, 10, LINKS[2], tree.path(2))
    assert not under(HEAD, 11, LINKS[2], tree.path(2))
    assert not under(HEAD, 10, LINKS[3], tree.path(2))
    assert not under(HEAD, 7, LINKS[2], tree.path(2))


def test_an_old_key_vouches_for_the_one_that_follows():
    successor = SigningKey.make()
    made = KEY.vouch(successor, AT)
    assert vouched(made, KEY.public)
    assert not vouched(made, successor.public)
    other = SigningKey.make()
    changes = {"public": other.public, "made_at": "", "vouched_by": other.fingerprint, "fingerprint": ""}
    for change in ({name: value} for name, value in changes.items()):
        assert not vouched(msgspec.structs.replace(made, **change), KEY.public)
    said = {"at": made.made_at, "key": made.fingerprint, "public": made.public, "by": KEY.fingerprint}
    statement = b"jiangsai/key/1\n" + json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    assert verify_signature(KEY.public, statement, made.voucher)


def test_a_key_is_read_as_it_was_written_and_nothing_else_is():
    again = SigningKey.read(KEY.pem)
    assert (again.public, again.fingerprint) == (KEY.public, fingerprint_of(KEY.public))
    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for pem in (b"", b"hello", KEY.pem[:-60], other):
        with pytest.raises(ValueError, match=r"^not a"):
            SigningKey.read(pem)
    assert in_groups("0123456789abcdef" * 2) == "0123 4567 89ab cdef 0123 4567 89ab cdef"
