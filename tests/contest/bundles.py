"""Bundles made by hand, by the bytes that docs/verifying.md gives: nothing of the product writes them."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contest.ledger_verifier import Verifier

CONTEST = "c1"
DOCUMENT = '{"root":{"kind":"sum"}}'


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Key:
    """A signing key with its fingerprint."""

    def __init__(self, seed: int = 1) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public = self._private.public_key().public_bytes_raw()
        self.fingerprint = hashlib.sha256(self.public).hexdigest()[:32]

    def sign(self, purpose: str, value: dict[str, Any]) -> dict[str, Any]:
        """The value with a signature."""
        signature = self._private.sign(f"jiangsai/{purpose}/1\n".encode() + written(value)).hex()
        return value | {"signature": signature}

    def listed(self, by: Key | None = None, at: str = "2026-11-20T08:00:00.000000Z") -> dict[str, str]:
        """The key as a header lists it, vouched for by another."""
        voucher = by.fingerprint if by else ""
        vouched = {"at": at, "by": voucher, "key": self.fingerprint, "public": self.public.hex()}
        return {
            "fingerprint": self.fingerprint,
            "made_at": at,
            "public": self.public.hex(),
            "vouched_by": vouched["by"],
            "voucher": by.sign("key", vouched)["signature"] if by else "",
        }


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*path(index, leaves[:k]), tree(leaves[k:])]
    return [*path(index - k, leaves[k:]), tree(leaves[:k])]


@dataclass
class Written:
    """A history on its way into a bundle."""

    key: Key = field(default_factory=Key)
    keys: list[dict[str, str]] = field(default_factory=list)
    facts: list[dict[str, str]] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)
    schemes: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    contest: str = CONTEST
    changes: dict[str, Any] = field(default_factory=dict)

    def fact(self, body: dict[str, Any], *, seq: int = 0) -> Written:
        prev = self.facts[-1]["link"] if self.facts else "0" * 64
        seq = seq or len(self.facts) + 1
        at = f"2026-11-20T09:00:00.{seq:06d}Z"
        content = written({"at": at, "body": body, "contest": self.contest, "seq": seq})
        link = hashlib.sha256(bytes.fromhex(prev) + content).hexdigest()
        self.facts.append({"content": content.decode(), "link": link})
        return self

    def mark(self, value: int = 8000, *, reason: str = "") -> Written:
        seq = len(self.facts) + 1
        committed = ""
        if reason:
            salt = hashlib.sha256(b"salt%d" % seq).hexdigest()[:32]
            committed = hashlib.sha256(bytes.fromhex(salt) + reason.encode()).hexdigest()
            self.words.append({"salt": salt, "seq": seq, "text": reason})
        body = {"fact": "mark_entered", "mark": f"mark-{seq}", "device": "t", "device_seq": seq, "value": value}
        body |= {"because": "", "kind": "entered", "standing": "counts"}
        return self.fact(body | {"reason": committed})

    def adopt(self, document: str = DOCUMENT, *, event: str = "e1", version: int = 1) -> Written:
        digest = hashlib.sha256(document.encode()).hexdigest()
        self.schemes.append({"document": document, "event": event, "version": version})
        return self.fact(
            {"by": "a", "digest": digest, "event": event, "fact": "scheme_adopted", "version": version}
        )

    def commit(self, by: Key | None = None, **changes: Any) -> Written:
        first = self.heads[-1]["seq"] + 1 if self.heads else 1
        leaves = [bytes.fromhex(fact["link"]) for fact in self.facts[first - 1 :]]
        head = {
            "at": "2026-11-20T09:00:01.000000Z",
            "contest": self.contest,
            "first": first,
            "key": (by or self.key).fingerprint,
            "link": self.facts[-1]["link"],
            "root": tree(leaves).hex(),
            "seq": len(self.facts),
        }
        self.heads.append((by or self.key).sign("head", head | changes))
        return self

    def checkpoint(self, place: int, key: Key | None = None, **changes: Any) -> Written:
        key = key or self.key
        value = {
            "at": "2026-11-20T09:10:00.000000Z",
            "contest": self.contest,
            "copy": "ab" * 32,
            "key": key.fingerprint,
            "link": self.facts[place - 1]["link"],
            "seq": place,
        }
        self.checkpoints.append(key.sign("checkpoint", value | changes))
        return self

    def receipt(self, seq: int) -> dict[str, Any]:
        """What the tablet got for a mark."""
        head = next(one for one in self.heads if one["first"] <= seq <= one["seq"])
        leaves = [bytes.fromhex(fact["link"]) for fact in self.facts[head["first"] - 1 : head["seq"]]]
        return {
            "verdict": "stored",
            "mark": f"mark-{seq}",
            "device_seq": seq,
            "seq": seq,
            "link": self.facts[seq - 1]["link"],
            "head": head,
            "path": [node.hex() for node in path(seq - head["first"], leaves)],
        }

    def fork(self) -> Written:
        """The same history, to go on differently."""
        return replace(self, **{name: copy.deepcopy(getattr(self, name)) for name in _LISTS})

    def lines(self) -> list[bytes]:
        """All lines but the seal."""
        listed = {name: getattr(self, name) for name in ("facts", "heads", "schemes", "words", "checkpoints")}
        header = {name: len(rows) for name, rows in listed.items()} | {
            "at": "2026-11-20T10:00:00.000000Z",
            "contest": self.contest,
            "format": "jiangsai-ledger/1",
            "keys": self.keys or [self.key.listed()],
        }
        lines: list[Any] = [{"header": header | self.changes}]
        ends = {head["seq"]: [] for head in self.heads}
        for head in self.heads:
            ends[head["seq"]].append({"head": head})
        for seq, fact in enumerate(self.facts, 1):
            lines += [fact, *ends.pop(seq, [])]
        lines += [head for heads in ends.values() for head in heads]
        for kind in ("schemes", "words", "checkpoints"):
            lines += [{kind.removesuffix("s") if kind != "words" else kind: row} for row in listed[kind]]
        return [written(line) + b"\n" for line in lines]

    def bundle(self, key: Key | None = None) -> bytes:
        return sealed(self.lines(), key or self.key)


_LISTS = ("keys", "facts", "heads", "schemes", "words", "checkpoints")


def sealed(lines: list[bytes], key: Key) -> bytes:
    """Lines with a seal by somebody who has the key."""
    body = b"".join(lines)
    end = key.sign("bundle", {"key": key.fingerprint, "sha256": hashlib.sha256(body).hexdigest()})
    return body + written({"end": end}) + b"\n"


def history(facts: int = 200, *, a_commit: int = 20) -> Written:
    """A contest in which everything stands that a bundle may hold, with so many facts."""
    made = Written().adopt().adopt('{"root":{"kind":"sum","v":2}}', version=2)
    second = Key(2)
    made.keys = [made.key.listed(), second.listed(by=made.key)]
    while len(made.facts) < facts:
        seq = len(made.facts) + 1
        made.mark(8000 + seq, reason={7: "看错", 9: 'he said "8"\\\n'}.get(seq, ""))
        if len(made.facts) % a_commit == 0 or len(made.facts) == facts:
            made.commit(second if len(made.facts) > facts // 2 else None)
    return made.checkpoint(a_commit).checkpoint(len(made.facts), second)


def verified(bundle: bytes, **how: Any) -> Verifier:
    """Read a bundle from memory."""
    verifier = Verifier(**how)
    for line in io.BytesIO(bundle):
        verifier.feed(line)
    verifier.finish()
    return verifier


def codes(bundle: bytes, **how: Any) -> list[str]:
    """What is wrong with a bundle."""
    return [one.code for one in verified(bundle, **how).findings]
