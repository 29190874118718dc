"""Signatures: each commit states how far a contest's chain reaches, and signs that statement.

Whoever holds a receipt can show with it what the server had promised, even to somebody who holds another copy of
the ledger. Keys are Ed25519 (RFC 8032). Where the private half lies is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contest.model.ids import ContestId
from contest.model.merkle import root_of

HEAD_PREFIX = b"jiangsai/head/1\n"
KEY_PREFIX = b"jiangsai/key/1\n"
"""Which kind of statement is signed, so that no signature can be passed off as one of another kind."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """How far a chain reaches: facts `first` to `seq` came in one commit; `link` is that of the last of them.

    `root` is the Merkle root over their links, `key` the fingerprint of who signs, `at` the server's time.
    """

    contest: ContestId
    first: int
    seq: int
    link: str
    root: str
    at: str
    key: str


class SignedHead(Statement, frozen=True, kw_only=True):
    """A signed statement about the head of a contest's chain, made by the commit that moved it."""

    signature: str


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """What the key `by` says when it hands over: from `at` on, the key with this fingerprint signs as well."""

    at: str
    key: str
    public: str
    by: str


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that signed, or may sign, for an installation; `vouched_by` is empty where no older key vouches."""

    fingerprint: str
    public: str
    made_at: str
    vouched_by: str = ""
    voucher: str = ""


class SigningKey:
    """A private key that can sign heads and vouch for its successor."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.public = raw.hex()
        self.fingerprint = fingerprint_of(self.public)

    @classmethod
    def make(cls) -> SigningKey:
        """Make a new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, pem: bytes) -> SigningKey:
        """Read a key as `pem` writes it; ValueError when it is something else."""
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (TypeError, ValueError) as unreadable:
            raise ValueError("not a PEM key without a password") from unreadable
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")
        return cls(private)

    @property
    def pem(self) -> bytes:
        """The private key as it is kept in a file (PKCS #8)."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> str:
        """Sign a message; the signature is 128 hexadecimal digits."""
        return self._private.sign(message).hex()

    def sign_head(self, *, contest: ContestId, first: int, seq: int, link: str, root: str, at: str) -> SignedHead:
        """State how far a contest's chain reaches."""
        said = Statement(contest=contest, first=first, seq=seq, link=link, root=root, at=at, key=self.fingerprint)
        signature = self.sign(HEAD_PREFIX + msgspec.json.encode(said, order="sorted"))
        return SignedHead(**msgspec.structs.asdict(said), signature=signature)

    def vouch(self, successor: SigningKey, at: str) -> PublicKey:
        """Introduce the key that follows this one."""
        said = Introduction(at=at, key=successor.fingerprint, public=successor.public, by=self.fingerprint)
        signature = self.sign(KEY_PREFIX + msgspec.json.encode(said, order="sorted"))
        return PublicKey(
            fingerprint=successor.fingerprint,
            public=successor.public,
            made_at=at,
            vouched_by=self.fingerprint,
            voucher=signature,
        )

    def introduced(self, at: str) -> PublicKey:
        """This key as one that nobody vouches for: its fingerprint is compared on paper."""
        return PublicKey(fingerprint=self.fingerprint, public=self.public, made_at=at)


def fingerprint_of(public: str) -> str:
    """The short name of a public key: the first half of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:32]


def in_groups(fingerprint: str) -> str:
    """A fingerprint as people read it aloud and compare it on paper."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))


def head_signed(head: SignedHead, public: str) -> bool:
    """Say whether the key of this public half made the statement, word for word."""
    said = Statement(**{name: getattr(head, name) for name in Statement.__struct_fields__})
    statement = HEAD_PREFIX + msgspec.json.encode(said, order="sorted")
    return head.key == fingerprint_of(public) and verify_signature(public, statement, head.signature)


def vouched(key: PublicKey, by: str) -> bool:
    """Say whether the key with the public half `by` introduced the other."""
    said = Introduction(at=key.made_at, key=key.fingerprint, public=key.public, by=key.vouched_by)
    statement = KEY_PREFIX + msgspec.json.encode(said, order="sorted")
    return key.vouched_by == fingerprint_of(by) and verify_signature(by, statement, key.voucher)


def under(head: SignedHead, seq: int, link: str, path: Sequence[str]) -> bool:
    """Say whether a fact, by its number, link and path, is one of those that the head covers."""
    return root_of(link, seq - head.first, head.seq - head.first + 1, path) == head.root


def verify_signature(public: str, message: bytes, signature: str) -> bool:
    """Say whether the private half of this public key signed exactly this message."""
    try:
        key, raw = bytes.fromhex(public), bytes.fromhex(signature)
        Ed25519PublicKey.from_public_bytes(key).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    # A value has one form: in capitals it would be another text with the same meaning.
    return (key.hex(), raw.hex()) == (public, signature)
