"""Bundles that must be refused, each for one reason only, made by somebody who may sign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from contest.ledger_verifier import L, P
from tests.contest.bundles import Key, Written, sealed, tree, written

KEY, SECOND, STRANGER = Key(1), Key(2), Key(3)
VECTORS: dict[str, tuple[str, bytes, dict[str, Any]]] = {}
"""By name: the one reason, the bundle, and how it is read."""


def small() -> Written:
    """Seven facts in three commits: a scheme, four marks, two more with words."""
    made = Written().adopt().commit()
    for _ in range(4):
        made.mark()
    made.commit().mark(reason="看错").mark(reason="again").commit()
    return made


def bad(code: str, name: str, made: Written | bytes | list[bytes], **how: Any) -> None:
    bundle = made.bundle() if isinstance(made, Written) else made
    VECTORS[name] = (code, sealed(bundle, KEY) if isinstance(bundle, list) else bundle, how)


def commits(change: Callable[[Written], object], then: Callable[[Written], object] = lambda made: None) -> Written:
    """A history with something wrong in its second commit, chained and signed all the same."""
    made = Written().adopt().commit().mark()
    change(made)
    made.mark().commit()
    then(made)
    return made


def second_head(**changes: Any) -> Written:
    """A history whose second head, of four facts, states something else; the key signs it."""
    made = Written().adopt().commit()
    for _ in range(4):
        made.mark()
    return made.commit(**changes)


def leaves(made: Written, first: int = 1, last: int = 5) -> list[bytes]:
    return [bytes.fromhex(fact["link"]) for fact in made.facts[first:last]]


# ---- facts ---------------------------------------------------------------------------------------------------

bad("fact_number", "the middle is missing", commits(lambda made: made.fact({"fact": "x"}, seq=4)))
bad("fact_number", "a fact is there twice", commits(lambda made: made.fact({"fact": "x"}, seq=2)))
made = commits(lambda made: setattr(made, "contest", "c2"), lambda made: setattr(made, "contest", "c1"))
made.heads[-1] = KEY.sign(
    "head", {k: v for k, v in made.heads[-1].items() if k != "signature"} | {"contest": "c1"}
)
bad("fact_number", "facts of another contest among ours", made)

made = small()
made.facts[3] = made.facts[3] | {"link": "0" * 64}
bad("link", "a link is another", made)


def with_content(change: Callable[[str], str]) -> Written:
    """A second fact whose content is written otherwise; links and heads are of what is written."""
    made = Written().adopt().commit().mark()
    content = change(made.facts[-1]["content"])
    prev = bytes.fromhex(made.facts[-2]["link"])
    made.facts[-1] = {"content": content, "link": hashlib.sha256(prev + content.encode()).hexdigest()}
    return made.commit()


bad("fact_form", "a fact with a space", with_content(lambda text: text.replace('"device":', '"device": ', 1)))
bad(
    "fact_form",
    "a fact with a key twice",
    with_content(lambda text: text.replace('"value":', '"value":1,"value":', 1)),
)
bad(
    "fact_form",
    "a fact in another order",
    with_content(
        lambda text: text.replace('"device":"t",', "", 1).replace('"value":8000', '"value":8000,"device":"t"')
    ),
)
bad(
    "fact_form",
    "a fact with an escape that need not be",
    with_content(lambda text: text.replace("mark_entered", "m\\u0061rk_entered", 1)),
)
bad(
    "fact_form",
    "a fact whose reason is a number",
    with_content(lambda text: text.replace('"reason":""', '"reason":0', 1)),
)
bad("fact_form", "a scheme adopted without a digest", Written().fact({"fact": "scheme_adopted"}).commit())

# ---- lines ---------------------------------------------------------------------------------------------------

lines = small().lines()
bad("line_form", "an empty line", [*lines[:4], b"\n", *lines[4:]])
bad("line_form", "a line of another kind", [*lines[:4], b'{"note":{}}\n', *lines[4:]])
bad("line_form", "a line that is no JSON", [*lines[:4], b"note\n", *lines[4:]])
bad("line_order", "two headers", [*lines[:1], *lines])
made = small()
made.words.reverse()
bad("line_order", "words in another order", made)
bad("line_order", "a checkpoint twice", small().checkpoint(3).checkpoint(3))
bad("line_form", "something behind the seal", small().bundle() + b"\n")
bad("cut", "the seal is missing", b"".join(lines))
made = small()
made.changes = {"format": "jiangsai-ledger/2"}
bad("not_a_bundle", "another format", made)

# ---- heads ---------------------------------------------------------------------------------------------------

bad("head_range", "a head begins too early", second_head(first=1))
bad("head_range", "a head begins too late: a hole", second_head(first=3))
bad("head_range", "a head of a larger size", second_head(seq=6))
made = second_head()
smaller = KEY.sign("head", {k: v for k, v in made.heads[-1].items() if k != "signature"} | {"seq": 4})
lines_of_it = made.lines()
bad(
    "head_range",
    "a head of a smaller size",
    [*lines_of_it[:-2], written({"head": smaller}) + b"\n", lines_of_it[-1]],
)
bad("head_range", "a head of another contest", second_head(contest="c2"))
bad("head_range", "a head over nothing", small().commit())
bad("head_link", "a head names the link before", second_head(link=second_head().facts[3]["link"]))
sound = leaves(second_head())
hashed = [hashlib.sha256(b"\0" + leaf).digest() for leaf in sound]
for name, root in {
    "the last leaf is missing": tree(sound[:-1]),
    "the last leaf is there twice": tree([*sound, sound[-1]]),
    "the first is missing": tree(sound[1:]),
    "the middle is missing under the root": tree(sound[:1] + sound[2:]),
    "two leaves are swapped": tree([sound[1], sound[0], *sound[2:]]),
    "leaves without their prefix": hashlib.sha256(
        b"".join(hashlib.sha256(leaf).digest() for leaf in sound)
    ).digest(),
    "nodes taken for leaves": tree([hashlib.sha256(b"\1" + hashed[0] + hashed[1]).digest(), *sound[2:]]),
    "the hexadecimal text hashed": tree([leaf.hex().encode() for leaf in sound]),
    "the root of nothing": tree([]),
    "a leaf taken for the root": hashed[-1],
}.items():
    bad("head_root", f"root: {name}", second_head(root=root.hex()))
bad("head_key", "a key that is not listed", second_head(key=STRANGER.fingerprint))


def head_signed(signature: Callable[[dict[str, Any]], str]) -> Written:
    made = second_head()
    head = {name: value for name, value in made.heads[-1].items() if name != "signature"}
    made.keys = [KEY.listed(), SECOND.listed(by=KEY)]
    made.heads[-1] = head | {"signature": signature(head)}
    return made


def larger(signature: str) -> str:
    s = int.from_bytes(bytes.fromhex(signature[64:]), "little")
    return signature[:64] + (s + L).to_bytes(32, "little").hex()


bad("head_signature", "the signature of another head", head_signed(lambda head: small().heads[0]["signature"]))
bad("head_signature", "a signature of nought", head_signed(lambda head: "0" * 128))
bad(
    "head_signature",
    "a signature by another key",
    head_signed(lambda head: SECOND.sign("head", head)["signature"]),
)
bad(
    "head_signature",
    "a signature for another purpose",
    head_signed(lambda head: KEY.sign("bundle", head)["signature"]),
)
bad("head_signature", "S plus the order", head_signed(lambda head: larger(KEY.sign("head", head)["signature"])))
bad("unsigned", "facts that no head covers", small().mark())

# ---- keys ----------------------------------------------------------------------------------------------------


def listing(key: dict[str, str]) -> Written:
    made = small()
    made.keys = [KEY.listed(), key]
    return made


def key_of(public: bytes) -> dict[str, str]:
    return SECOND.listed() | {"public": public.hex(), "fingerprint": hashlib.sha256(public).hexdigest()[:32]}


bad(
    "key_form",
    "a key under another's fingerprint",
    listing(SECOND.listed() | {"fingerprint": STRANGER.fingerprint}),
)
bad("key_form", "a key of small order", listing(key_of(bytes(32))))
bad("key_form", "the neutral point as a key", listing(key_of((1).to_bytes(32, "little"))))
bad("key_form", "a key in another form", listing(key_of((P + 3).to_bytes(32, "little"))))
bad("key_form", "a key that is no point", listing(key_of((2).to_bytes(32, "little"))))
bad("key_voucher", "a voucher of another time", listing(SECOND.listed(by=KEY) | {"made_at": "2025"}))
bad("key_voucher", "a voucher by a key that is not listed", listing(SECOND.listed(by=STRANGER)))
bad("key_voucher", "a voucher that is none", listing(SECOND.listed(by=KEY) | {"voucher": "no"}))
bad("key_strange", "a key that nobody trusts", small(), trust=[STRANGER.fingerprint])

# ---- what stands behind the facts ----------------------------------------------------------------------------

made = small()
made.schemes[0]["document"] += " "
bad("scheme", "a scheme was changed", made)
made = small()
made.schemes.append({"document": "{}", "event": "e1", "version": 2})
bad("scheme", "a scheme that nobody adopted", made)
made = small()
made.schemes.clear()
bad("scheme_missing", "a scheme is missing", made)


def moved(words: dict[str, Any]) -> dict[str, Any]:
    """The same bytes behind the commitment, and another text."""
    return {"salt": words["salt"] + words["text"][0].encode().hex(), "text": words["text"][1:]}


for name, change in {
    "words were changed": {"text": "x"},
    "words with another salt": {"salt": "00"},
    "words with a salt that is none": {"salt": "xy"},
    "words whose beginning was moved into the salt": moved(small().words[0]),
    "words of a fact that has none": {"seq": 3},
}.items():
    made = small()
    made.words[0] = made.words[0] | change
    bad("words", name, made)
bad("checkpoint", "a checkpoint with another link", small().checkpoint(3, link="0" * 64))
bad("checkpoint", "a checkpoint beyond the end", small().checkpoint(7, seq=9))
bad("checkpoint", "a checkpoint of another contest", small().checkpoint(3, contest="c2"))
made = small().checkpoint(3)
made.checkpoints[0]["copy"] = "00" * 32
bad("checkpoint_signature", "a checkpoint for another copy", made)
for what in ("facts", "heads", "schemes", "words", "checkpoints"):
    made = small()
    made.changes = {what: 99}
    bad("counts", f"another number of {what}", made)
end = {"key": KEY.fingerprint, "sha256": "00" * 32}
bad("seal", "the seal of other bytes", b"".join(lines) + written({"end": KEY.sign("bundle", end)}) + b"\n")
end["sha256"] = hashlib.sha256(b"".join(lines)).hexdigest()
bad(
    "seal_signature",
    "a seal by another key",
    b"".join(lines) + written({"end": SECOND.sign("bundle", end)}) + b"\n",
)
end["key"] = STRANGER.fingerprint
bad("seal_signature", "a seal by a key that is not listed", sealed(lines, STRANGER))
