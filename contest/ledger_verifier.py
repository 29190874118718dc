"""Check an exported ledger: one file, nothing but Python's standard library (3.9 or newer), no network.

    python ledger_verifier.py BUNDLE [--trust FINGERPRINT]... [--receipts FILE] [--against OLDER_BUNDLE]

It recomputes the chain, the Merkle roots and the Ed25519 signatures (RFC 9162, RFC 8032) and refuses whatever is
not written exactly as bundles are written (docs/verifying.md). It does not know whether a mark was deserved.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from binascii import hexlify
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

FORMAT = "jiangsai-ledger/1"
DEEP = 100_000  # up to so many facts each one's JSON is taken apart; the chain is checked for all of them
SIGNATURES = 4_000  # up to so many signed heads each signature is checked; of more, those that matter
HEX = re.compile(r"(?:[0-9a-f]{2})+", re.ASCII)
STARTS, BETWEEN = b'{"content":"', b'","link":"'

SAYS: dict[str, tuple[str, str]] = {
    "not_a_bundle": ("第 1 行不是账本文件的文件头", "line 1 is not the header of a ledger bundle"),
    "line_form": ("第 {n} 行的写法不符合格式", "line {n} is not written as bundles are written"),
    "line_order": ("第 {n} 行不应在此处", "line {n} does not belong here"),
    "fact_number": ("此处应为第 {n} 条，编号或竞赛不符", "fact {n} belongs here, not this one"),
    "fact_form": ("第 {n} 条的内容写法不符合格式", "fact {n} is not written as facts are written"),
    "link": ("第 {n} 条链接不符：它或之前被改动", "fact {n}: it or something before it was changed"),
    "head_range": ("第 {n} 条之后的链头起止不符", "the head after fact {n} covers other facts"),
    "head_link": ("第 {n} 条之后的链头与链不符", "the head after fact {n} names another link"),
    "head_root": ("第 {n} 条之后的链头默克尔根不符", "the head after fact {n} names another Merkle root"),
    "head_key": ("第 {n} 条之后的链头用了未列出的密钥", "the head after fact {n} names an unknown key"),
    "head_signature": ("第 {n} 条之后的链头签名无效", "the head after fact {n} has no valid signature"),
    "unsigned": ("第 {n} 条起没有签名链头", "no signed head covers fact {n} and what follows"),
    "counts": ("内容条数与文件头不符：{what}", "the header counts something else: {what}"),
    "key_form": ("密钥 {key} 不合格", "key {key} is not a key that may sign"),
    "key_voucher": ("密钥 {key} 的担保签名无效", "the voucher of key {key} is not valid"),
    "key_strange": ("密钥 {key} 不是所信任的，也未由其担保", "key {key} is not trusted nor vouched for"),
    "scheme": ("赛项 {event} 第 {n} 版评分标准与账本不符", "scheme {n} of {event} is not the one adopted"),
    "scheme_missing": ("缺赛项 {event} 第 {n} 版评分标准", "scheme {n} of {event} is missing"),
    "words": ("第 {n} 条的文字与承诺不符", "the words of fact {n} were changed"),
    "checkpoint": ("第 {n} 条的备份点与账本不符", "the checkpoint at fact {n} does not fit the ledger"),
    "checkpoint_signature": ("第 {n} 条的备份点签名无效", "the checkpoint at fact {n} has no valid signature"),
    "seal": ("文件的校验值不符：内容被改动", "the seal is of other bytes: the file was changed"),
    "seal_signature": ("文件末尾的签名无效", "the signature of the seal is not valid"),
    "cut": ("文件不完整：没有末尾的封签", "the file is cut: its seal is missing"),
    "receipt_form": ("第 {n} 张回执无法读取", "receipt {n} cannot be read"),
    "receipt_missing": (
        "回执说第 {n} 条已入库，本文件却没有",
        "a receipt names fact {n}; this bundle ends before it",
    ),
    "receipt_link": ("第 {n} 条与回执不符：两份历史不同", "fact {n} is not the receipt's: two histories"),
    "receipt_mark": ("第 {n} 条与回执所说的打分不符", "fact {n} does not say what the receipt says"),
    "receipt_head": ("第 {n} 条回执的链头不符或签名无效", "the head in the receipt for fact {n} is not valid"),
    "receipt_path": ("第 {n} 条回执的包含证明不成立", "the receipt for fact {n} proves nothing"),
    "other_contest": ("两个文件不是同一竞赛", "the two bundles are of different contests"),
    "older_longer": (
        "较早的文件有 {n} 条，本文件更短：后面的被去掉",
        "the older bundle reaches fact {n}: this one was cut",
    ),
    "split": ("从第 {n} 条起两份历史不同", "two histories: they differ from fact {n} on"),
    "split_signed": (
        "从第 {n} 条起两份历史不同，而且都有有效签名",
        "two histories, both signed: they differ from fact {n} on",
    ),
    "older_broken": ("较早的文件本身有问题", "the older bundle is itself not sound"),
}


class Finding(NamedTuple):
    """One thing that is wrong: its code, the sentences, and the number of the fact or line, or 0."""

    code: str
    zh: str
    en: str
    at: int


def finding(code: str, n: int = 0, **said: object) -> Finding:
    """Say what is wrong in both languages."""
    zh, en = SAYS[code]
    return Finding(code, zh.format(n=n, **said), en.format(n=n, **said), n)


# ---- Ed25519, RFC 8032 ---------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)
_tables: dict[bytes, list[list[Point]]] = {}


def _add(a: Point, b: Point) -> Point:
    h, i = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = i - h, d - c, d + c, i + h
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(written: bytes) -> Point | None:
    """Read a point; None when it is not written as RFC 8032 writes it, or is of small order."""
    number = int.from_bytes(written, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P if y < P else 0
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    point = (x, y, 1, x * y % P)
    return None if _of_small_order(point) else point


def _of_small_order(point: Point) -> bool:
    for _ in range(3):
        point = _add(point, point)
    return point[0] == 0 and point[1] == point[2]


def _table(written: bytes) -> list[list[Point]] | None:
    """The multiples of a point by each of 16 digits at each of 64 places; made once for a key."""
    base = None if written in _tables else _point(written)
    if base is not None:
        _tables[written] = rows = []
        for _ in range(64):
            row = [NEUTRAL]
            for _ in range(16):
                row.append(_add(row[-1], base))
            base = row.pop()
            rows.append(row)
    return _tables.get(written)


def _times(table: list[list[Point]], number: int) -> Point:
    total = NEUTRAL
    for row in table:
        total, number = _add(total, row[number & 15]), number >> 4
    return total


_BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature is valid; S ≥ L, points not in canonical form or of small order are refused."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= L:
        return False
    key, base = _table(public), _table(_BASE)
    if key is None or base is None or _point(signature[:32]) is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    x, y, z, t = _times(key, k)
    x, y, z, _ = _add(_times(base, s), (P - x, y, z, P - t))
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# ---- the tree of one commit, RFC 9162 ------------------------------------------------------------------------


def _leaf(link: bytes) -> bytes:
    return hashlib.sha256(b"\0" + link).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves that are hashed already; split at the largest power of two below their number."""
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2])  # noqa: B905 -- an odd one goes up; and 3.9 knows no strict
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0] if level else hashlib.sha256(b"").digest()


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path leads to (RFC 9162, 2.1.3.2); None when the path does not fit the size."""
    if not 0 <= index < size:
        return None
    last, node = size - 1, leaf
    for other in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = hashlib.sha256(b"\1" + other + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + other).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


# ---- the lines of a bundle -----------------------------------------------------------------------------------

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
KEY = {"fingerprint": 16, "made_at": str, "public": 32, "vouched_by": str, "voucher": str}
SHAPES: dict[str, dict[str, Any]] = {
    "header": {
        **dict.fromkeys(("at", "contest", "format"), str),
        **dict.fromkeys(("checkpoints", "facts", "heads", "schemes", "words"), int),
        "keys": list,
    },
    "fact": {"content": str, "link": 32},
    "head": {
        **dict.fromkeys(("at", "contest"), str),
        **dict.fromkeys(("first", "seq"), int),
        **{"key": 16, "link": 32, "root": 32, "signature": 64},  # noqa: PIE800 -- on one line
    },
    "scheme": {"document": str, "event": str, "version": int},
    "words": {"salt": str, "seq": int, "text": str},
    "checkpoint": {"at": str, "contest": str, "copy": 32, "key": 16, "link": 32, "seq": int, "signature": 64},
    "end": {"key": 16, "sha256": 32, "signature": 64},
}
ORDER = {"header": 0, "fact": 1, "head": 1, "scheme": 2, "words": 3, "checkpoint": 4, "end": 5}


def written(value: object) -> bytes:
    """A value as bundles write it: JSON with sorted keys, no spaces, UTF-8."""
    return _ENCODER.encode(value).encode()


def signed(purpose: str, value: dict[str, Any]) -> bytes:
    """The bytes that a signature is of: a line that says what for, and the value without the signature."""
    return f"jiangsai/{purpose}/1\n".encode() + written({k: v for k, v in value.items() if k != "signature"})


def _read(line: bytes) -> Any:
    """A value that is written as bundles write it, or None."""
    try:
        value = json.loads(line)
        return value if written(value) == line else None
    except (ValueError, RecursionError):
        return None


def _fits(value: Any, shape: dict[str, Any]) -> bool:
    """Whether these and no other fields are there; a number stands for lower-case hex of so many bytes."""
    if not isinstance(value, dict) or value.keys() != shape.keys():
        return False
    return all(
        type(value[name]) is kind
        if isinstance(kind, type)
        else isinstance(value[name], str)
        and len(value[name]) == 2 * kind
        and HEX.fullmatch(value[name]) is not None
        for name, kind in shape.items()
    )


class Verifier:
    """Reads a bundle line by line and keeps what is wrong with it in `findings`."""

    def __init__(
        self, trust: Iterable[str] = (), wanted: Iterable[int] = (), every_signature: bool = False
    ) -> None:
        self.findings: list[Finding] = []
        self.header: dict[str, Any] = {}
        self.keys: dict[str, bytes] = {}
        self.links = bytearray(32)  # of all facts, 32 bytes each, behind the 32 zero bytes before the first
        self.contents: dict[int, Any] = dict.fromkeys(wanted)
        self.counted = dict.fromkeys(("facts", "heads", "schemes", "words", "checkpoints"), 0)
        self.signatures = 0  # of heads, that were checked
        self.facts = 0
        self._trusted, self._every, self._deep, self._step = set(trust), every_signature, True, 1
        self._digest, self._tail, self._link = hashlib.sha256(), b"", bytes(32)
        self._lines, self._order, self._covered, self._before = 0, -1, 0, ("", 0)
        self._reasons: dict[int, str] = {}
        self._schemes: dict[tuple[str, int], str] = {}

    def feed(self, line: bytes) -> None:
        """Take the next line in, with the line feed that ends it."""
        self._lines += 1
        if line.startswith(STARTS) and 0 <= self._order <= 1:
            self._fact(line)
            self._digest.update(line)
            self._order = 1
            return
        value = _read(line[:-1]) if line.endswith(b"\n") else None
        kind, inner = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
        if kind not in ORDER or not _fits(inner, SHAPES[kind]):
            self._wrong("line_form" if self._lines > 1 else "not_a_bundle", self._lines)
        elif (self._order < 0) != (kind == "header") or not self._order <= ORDER[kind] or self._order == 5:
            self._wrong("line_order", self._lines)
        else:
            self._before = self._before if self._order == ORDER[kind] else ("", 0)
            self._order = ORDER[kind]
            getattr(self, "_" + kind)(inner)
        if kind != "end":
            self._digest.update(line)

    def finish(self) -> None:
        """Say what is missing when there are no more lines."""
        if self._order != ORDER["end"]:
            self._wrong("cut")
        self.counted["facts"] = self.facts
        for what, number in self.counted.items():
            if self.header and self.header[what] != number:
                self._wrong("counts", what=f"{what} {self.header[what]} ≠ {number}")
        if self._covered < self.facts:
            self._wrong("unsigned", self._covered + 1)
        for event, version in self._schemes:
            self._wrong("scheme_missing", version, event=event)

    def link(self, seq: int) -> str:
        """The link of a fact."""
        return self.links[32 * seq : 32 * seq + 32].hex()

    def _wrong(self, code: str, n: int = 0, **said: object) -> None:
        self.findings.append(finding(code, n, **said))

    def _header(self, header: dict[str, Any]) -> None:
        self.header = header
        if header["format"] != FORMAT:
            self._wrong("not_a_bundle")
        self._deep = header["facts"] <= DEEP
        self._step = 1 if self._every else max(1, header["heads"] // SIGNATURES)
        self._tail = b',"contest":' + written(header["contest"]).replace(b"%", b"%%") + b',"seq":%d}'
        if not all(_fits(key, KEY) for key in header["keys"]):
            self._wrong("not_a_bundle")
            return
        for key in header["keys"]:
            public = bytes.fromhex(key["public"])
            right = hashlib.sha256(public).hexdigest()[:32] == key["fingerprint"] not in self.keys
            if not right or _point(public) is None:
                self._wrong("key_form", key=key["fingerprint"])
            else:
                self.keys[key["fingerprint"]] = public
        sound: list[tuple[str, str]] = []
        self._trusted = self._trusted or {key["fingerprint"] for key in header["keys"] if not key["vouched_by"]}
        for key in header["keys"]:
            vouched = {
                "at": key["made_at"],
                "by": key["vouched_by"],
                "key": key["fingerprint"],
                "public": key["public"],
            }
            if not key["vouched_by"]:
                continue
            if self._made("key", {**vouched, "signature": key["voucher"]}, key["vouched_by"]):
                sound.append((key["vouched_by"], key["fingerprint"]))
            else:
                self._wrong("key_voucher", key=key["fingerprint"])
        for _ in sound:  # listed by their times, and a clock may have been put back
            self._trusted |= {key for by, key in sound if by in self._trusted}

    def _valid(self, purpose: str, value: dict[str, Any]) -> bool:
        if value["key"] in self.keys and value["key"] not in self._trusted:
            self._wrong("key_strange", key=value["key"])
        return self._made(purpose, value, value["key"])

    def _made(self, purpose: str, value: dict[str, Any], by: str) -> bool:
        """Whether a listed key made the signature, trusted or not."""
        public, signature = self.keys.get(by), value["signature"]
        return (
            public is not None
            and HEX.fullmatch(signature) is not None
            and verify_ed25519(public, signed(purpose, value), bytes.fromhex(signature))
        )

    def _fact(self, line: bytes) -> None:
        n = self.facts + 1
        body, link = line[12:-77], line[-67:-3]
        content = body.translate(None, b"\\")
        # Nearly always each quotation mark is behind a backslash, and there is no other backslash.
        plain = content.count(b'"') == len(body) - len(content) == body.count(b'\\"')
        if not plain or line[-77:-67] != BETWEEN or line[-3:] != b'"}\n':
            value = _read(line[:-1]) if line.endswith(b"\n") else None
            if value is None or not _fits(value, SHAPES["fact"]):
                self._wrong("line_form", self._lines)
                return
            content, link = value["content"].encode(), value["link"].encode()
        self.facts = n
        self._link = hashlib.sha256(self._link + content).digest()
        self.links += self._link
        if hexlify(self._link) != link:
            self._wrong("link", n)
        if not content.endswith(self._tail % n) or content[:7] != b'{"at":"':
            self._wrong("fact_number", n)
        wordy = self.header["words"] and b'"reason":""' not in content
        if self._deep or wordy or b"scheme_adopted" in content or n in self.contents:
            self._take_apart(n, content)

    def _take_apart(self, n: int, content: bytes) -> None:
        value = _read(content)
        if not _fits(value, {"at": str, "body": dict, "contest": str, "seq": int}):
            self._wrong("fact_form", n)
            return
        body = value["body"]
        adopts = body.get("fact") == "scheme_adopted"
        said = [body.get("reason", "")] + ([body.get("event"), body.get("digest")] if adopts else [])
        if not all(isinstance(text, str) for text in said) or (adopts and type(body.get("version")) is not int):
            self._wrong("fact_form", n)
            return
        if n in self.contents:
            self.contents[n] = body
        if said[0]:
            self._reasons[n] = said[0]
        if adopts and (body["event"], body["version"]) in self._schemes:
            self._wrong("scheme", body["version"], event=body["event"])
        if adopts:
            self._schemes[body["event"], body["version"]] = body["digest"]

    def _head(self, head: dict[str, Any]) -> None:
        n, first = self.facts, self._covered + 1
        self.counted["heads"] += 1
        self._covered = n
        if (head["contest"], head["first"], head["seq"]) != (self.header["contest"], first, n) or first > n:
            self._wrong("head_range", n)
        if head["link"] != self.link(n):
            self._wrong("head_link", n)
        number = self.counted["heads"]
        last = number >= self.header["heads"]
        if number % self._step and not last and self.contents.keys().isdisjoint(range(first, n + 1)):
            return
        places = range(32 * first, 32 * n + 32, 32)
        leaves = [hashlib.sha256(b"\0" + self.links[place : place + 32]).digest() for place in places]
        if merkle_root(leaves).hex() != head["root"]:
            self._wrong("head_root", n)
        self.signatures += 1
        if head["key"] not in self.keys:
            self._wrong("head_key", n)
        elif not self._valid("head", head):
            self._wrong("head_signature", n)

    def _ascends(self, place: tuple[str, int]) -> None:
        if place <= self._before:
            self._wrong("line_order", self._lines)
        self._before = place

    def _scheme(self, scheme: dict[str, Any]) -> None:
        place = scheme["event"], scheme["version"]
        self._ascends(place)
        self.counted["schemes"] += 1
        if self._schemes.pop(place, "") != hashlib.sha256(scheme["document"].encode()).hexdigest():
            self._wrong("scheme", scheme["version"], event=scheme["event"])

    def _words(self, words: dict[str, Any]) -> None:
        self._ascends(("", words["seq"]))
        self.counted["words"] += 1
        # The salt has one length, or a word could be cut off the text and called salt.
        salt = words["salt"] if len(words["salt"]) == 32 and HEX.fullmatch(words["salt"]) else ""
        said = hashlib.sha256(bytes.fromhex(salt) + words["text"].encode()).hexdigest()
        if not salt or self._reasons.get(words["seq"]) != said:
            self._wrong("words", words["seq"])

    def _checkpoint(self, checkpoint: dict[str, Any]) -> None:
        seq = checkpoint["seq"]
        self._ascends(("", seq))
        self.counted["checkpoints"] += 1
        if (
            not 0 < seq <= self.facts
            or checkpoint["link"] != self.link(seq)
            or checkpoint["contest"] != self.header["contest"]
        ):
            self._wrong("checkpoint", seq)
        if not self._valid("checkpoint", checkpoint):
            self._wrong("checkpoint_signature", seq)

    def _end(self, end: dict[str, Any]) -> None:
        if end["sha256"] != self._digest.hexdigest():
            self._wrong("seal")
        if not self._valid("bundle", end):
            self._wrong("seal_signature")


# ---- a bundle with receipts, and with an older bundle --------------------------------------------------------


def verify_bundle(
    source: BinaryIO, trust: Iterable[str] = (), wanted: Iterable[int] = (), every_signature: bool = False
) -> Verifier:
    """Read a bundle to its end."""
    verifier = Verifier(trust, wanted, every_signature)
    for line in source:
        verifier.feed(line)
    verifier.finish()
    return verifier


def check_receipts(ledger: Verifier, receipts: Sequence[Any]) -> list[Finding]:
    """Compare what tablets were promised with what the bundle holds (which must `want` the receipts' numbers)."""
    found = []
    for place, receipt in enumerate(receipts, 1):
        try:
            if receipt["verdict"] != "refused":
                code = _receipt_problem(ledger, receipt, receipt.get("head"))
                found += [finding(code, receipt["seq"])] if code else []
        except (AttributeError, KeyError, TypeError, ValueError):
            found.append(finding("receipt_form", place))
    return found


STANDING = {"stored": "counts", "pending": "pending"}
SAID = ("device", "device_seq", "session", "entry", "aspect", "kind", "value", "replaces", "because")


def _receipt_problem(ledger: Verifier, receipt: dict[str, Any], head: dict[str, Any] | None) -> str:
    seq, link = receipt["seq"], receipt["link"]
    if not 0 < seq <= ledger.facts or (head is not None and head["seq"] > ledger.facts):
        return "receipt_missing"
    if link != ledger.link(seq):
        return "receipt_link"
    mark = {"standing": STANDING.get(receipt["verdict"]), "mark": receipt["mark"]}
    mark.update({name: receipt[name] for name in SAID if name in receipt})
    fact = ledger.contents[seq] or {}
    if any(name not in fact or fact[name] != said for name, said in mark.items()):
        return "receipt_mark"
    if head is None:  # stored before heads were signed; the link alone is its proof
        return ""
    if (
        not _fits(head, SHAPES["head"])
        or ledger.link(head["seq"]) != head["link"]
        or not ledger._valid("head", head)
    ):
        return "receipt_head"
    if not all(_fits({"node": node}, {"node": 32}) for node in receipt["path"]):
        raise ValueError(receipt["path"])
    path = [bytes.fromhex(node) for node in receipt["path"]]
    size = head["seq"] - head["first"] + 1
    root = root_by_path(_leaf(bytes.fromhex(link)), seq - head["first"], size, path)
    return "" if root is not None and root.hex() == head["root"] else "receipt_path"


def compare(newer: Verifier, older: Verifier) -> list[Finding]:
    """Say whether a bundle goes on where an older one ended, and changed nothing of it."""
    if newer.header.get("contest") != older.header.get("contest"):
        return [finding("other_contest")]
    found = [finding("older_broken")] if older.findings else []
    for seq in range(1, min(older.facts, newer.facts) + 1):
        if older.link(seq) != newer.link(seq):
            both = not older.findings and not newer.findings
            return [*found, finding("split_signed" if both else "split", seq)]
    return [*found, finding("older_longer", older.facts)] if older.facts > newer.facts else found


# ---- at the command line -------------------------------------------------------------------------------------


def read_receipts(text: str) -> list[Any]:
    """Receipts as a JSON list, as what a tablet saves (an object with `receipts`), or one a line."""
    try:
        whole = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]
    listed = whole.get("receipts", [whole]) if isinstance(whole, dict) else whole
    return list(listed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one bundle; 0: sound, 1: something is wrong, 2: it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="ledger_verifier", description="核对导出的账本 · check an exported ledger"
    )
    parser.add_argument("bundle")
    parser.add_argument("--trust", metavar="FINGERPRINT", action="append", default=[])
    parser.add_argument("--receipts", metavar="FILE", help="receipts of tablets, as JSON")
    parser.add_argument("--against", metavar="OLDER_BUNDLE", help="a bundle of the same contest, exported earlier")
    parser.add_argument("--every-signature", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        receipts = []
        if chosen.receipts:
            with Path(chosen.receipts).open(encoding="utf-8") as listed:
                receipts = read_receipts(listed.read())
        wanted = [
            receipt["seq"] for receipt in receipts if isinstance(receipt, dict) and type(receipt.get("seq")) is int
        ]
        with Path(chosen.bundle).open("rb") as source:
            ledger = verify_bundle(source, chosen.trust, wanted, chosen.every_signature)
        found = ledger.findings + check_receipts(ledger, receipts)
        if chosen.against:
            with Path(chosen.against).open("rb") as source:
                found += compare(ledger, verify_bundle(source, chosen.trust))
    except (OSError, TypeError, ValueError) as unreadable:
        sys.stderr.write(f"无法读取 cannot be read: {unreadable}\n")
        return 2
    said = report(ledger, found, trusted=bool(chosen.trust))
    if chosen.receipts:
        said = f"回执 {len(receipts)} 张  {len(receipts)} receipts\n{said}"
    sys.stdout.write(said)
    return 1 if found else 0


def report(ledger: Verifier, found: Sequence[Finding], *, trusted: bool) -> str:
    """What was checked and what was found, in both languages."""
    facts, heads, header = ledger.facts, ledger.counted["heads"], ledger.header
    lines = [f"竞赛 contest {header.get('contest', '?')}  导出于 exported {header.get('at', '?')}"]
    lines.append(f"{facts} 条，链全部核对  {facts} facts, every link of the chain checked")
    lines.append(
        f"{heads} 个签名链头，验签 {ledger.signatures} 个  {ledger.signatures} of {heads} signed heads checked"
    )
    if facts > DEEP:
        lines.append("内容只核对哈希与编号  of the contents only hash and number were checked")
    for key in header.get("keys", []) if isinstance(header.get("keys"), list) else []:
        vouched = f"由 {key['vouched_by']} 担保 vouched for by it" if key["vouched_by"] else ""
        lines.append(f"密钥 key {key['fingerprint']} {vouched}".rstrip())
    if not trusted:
        lines.append(
            "请将无担保的密钥与纸面核对，或用 --trust  Compare keys without a voucher with paper, or --trust them"
        )
    shown = [f"✗ {one.zh}\n  {one.en}" for one in found[:20]]
    more = [f"… 另有 {len(found) - 20} 处 and {len(found) - 20} more"] if len(found) > 20 else []
    verdict = "有问题 NOT SOUND" if found else "完整 unbroken"
    return "\n".join([*lines, *shown, *more, verdict, ""])


if __name__ == "__main__":
    sys.exit(main())
