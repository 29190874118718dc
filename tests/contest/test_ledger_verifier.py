"""The verifier that anybody can run: its signatures, its trees, and everything that a bundle can have wrong."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contest.ledger_verifier import L, P, merkle_root, root_by_path, verify_ed25519
from tests.contest.bundles import Key, Written, codes, history, path, sealed, tree, verified, written

RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
]


PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the first n leaves of the test tree that Certificate Transparency's implementations share."""
SHARED_LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243")]
SHARED_LEAVES += [bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70))]


# ---- signatures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_hold(seed, public, message, signature):
    assert (
        Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).public_key().public_bytes_raw().hex() == public
    )
    assert verify_ed25519(bytes.fromhex(public), message, bytes.fromhex(signature))
    assert not verify_ed25519(bytes.fromhex(public), message + b"x", bytes.fromhex(signature))


def accepted(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_it_agrees_with_a_library_about_hundreds_of_messages_sound_and_corrupted():
    dice = random.Random(8032)
    said = {True: 0, False: 0}
    for _ in range(20):
        private = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
        public = private.public_key().public_bytes_raw()
        for _ in range(10):
            message = dice.randbytes(dice.randrange(200))
            signature = private.sign(message)
            corrupted = bytearray(signature)
            corrupted[dice.randrange(64)] ^= 1 << dice.randrange(8)
            for tried in (signature, bytes(corrupted)):
                said[verify_ed25519(public, message, tried)] += 1
                assert verify_ed25519(public, message, tried) == accepted(public, message, tried)
        other = bytearray(public)
        other[dice.randrange(32)] ^= 1 << dice.randrange(8)
        assert (
            verify_ed25519(bytes(other), message, signature) == accepted(bytes(other), message, signature) is False
        )
    assert said == {True: 200, False: 200}


def test_a_signature_has_one_form_only():
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"head")
    s = int.from_bytes(signature[32:], "little")
    assert verify_ed25519(public, b"head", signature)
    refused = {
        "S + L": signature[:32] + (s + L).to_bytes(32, "little"),
        "short": signature[:63],
        "long": signature + b"\0",
        "other sign of R": signature[:31] + bytes([signature[31] ^ 0x80]) + signature[32:],
        "nothing": b"",
    }
    assert [name for name, tried in refused.items() if verify_ed25519(public, b"head", tried)] == []
    assert not verify_ed25519(public[:31], b"head", signature)


ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
SMALL = {
    "neutral": (1).to_bytes(32, "little"),
    "order 2": (P - 1).to_bytes(32, "little"),
    "order 4": bytes(32),
    "order 4, negative": bytes(31) + b"\x80",
    "order 8": bytes.fromhex(ORDER_8),
    "y = p + 1, which is the neutral point": (P + 1).to_bytes(32, "little"),
    "y = p": P.to_bytes(32, "little"),
    "x = 0 with a sign": (1 | 1 << 255).to_bytes(32, "little"),
}


@pytest.mark.parametrize("point", SMALL.values(), ids=SMALL)
def test_no_point_of_small_order_or_in_another_form_is_a_key_or_a_commitment(point):
    # With such a key, S = 0 and R = A «sign» every message for which k is a multiple of the order.
    for message in (b"%d" % number for number in range(16)):
        assert not verify_ed25519(point, message, point + bytes(32))
        assert not verify_ed25519(point, message, SMALL["neutral"] + bytes(32))
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not verify_ed25519(key.public_key().public_bytes_raw(), b"", point + bytes(32))


def test_a_library_would_have_taken_a_key_of_small_order():
    neutral = SMALL["neutral"]
    assert accepted(neutral, b"anything", neutral + bytes(32))
    assert not verify_ed25519(neutral, b"anything", neutral + bytes(32))


# ---- trees ---------------------------------------------------------------------------------------------------


def leaf(link: bytes) -> bytes:
    return hashlib.sha256(b"\0" + link).digest()


def test_the_roots_are_those_that_others_publish():
    roots = [merkle_root([leaf(one) for one in SHARED_LEAVES[:size]]).hex() for size in range(9)]
    assert roots == PUBLISHED_ROOTS == [tree(SHARED_LEAVES[:size]).hex() for size in range(9)]


def test_the_example_of_rfc_9162_has_the_paths_that_stand_there():
    # 2.1.5: a tree of seven leaves d0…d6 with the nodes a…l as drawn.
    d = [b"d%d" % number for number in range(7)]
    a, b, c, e, f, j = (leaf(one) for one in (d[0], d[1], d[2], d[4], d[5], d[6]))
    dd = leaf(d[3])

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\1" + left + right).digest()

    g, h, i = node(a, b), node(c, dd), node(e, f)
    k, last = node(g, h), node(i, j)
    paths = {0: [b, h, last], 3: [c, g, last], 4: [f, j, k], 6: [i, k]}
    for index, nodes in paths.items():
        assert path(index, d) == nodes
        assert root_by_path(leaf(d[index]), index, 7, nodes) == node(k, last) == tree(d)


def test_every_path_of_every_size_leads_to_the_root_and_no_other_does():
    for size in range(1, 40):
        leaves = [b"%d" % number for number in range(size)]
        root = tree(leaves)
        assert merkle_root([leaf(one) for one in leaves]) == root
        for index in range(size):
            nodes = path(index, leaves)
            here = leaf(leaves[index])
            assert root_by_path(here, index, size, nodes) == root
            wrong = [
                root_by_path(here, index, size, nodes[:-1]) if nodes else None,
                root_by_path(here, index, size, [*nodes, root]),
                root_by_path(here, index + size, size, nodes),
                root_by_path(here, -1, size, nodes),
                root_by_path(leaf(b"x"), index, size, nodes),
                root_by_path(here, index ^ 1, size, nodes) if size > 1 else None,
            ]
            assert root not in wrong


# ---- a sound bundle ------------------------------------------------------------------------------------------


def test_a_sound_bundle_has_nothing_wrong():
    made = history(60)
    ledger = verified(made.bundle())
    assert ledger.findings == []
    assert ledger.counted == {"facts": 60, "heads": 3, "schemes": 2, "words": 2, "checkpoints": 2}
    assert ledger.signatures == 3
    assert codes(Written().bundle()) == []


def test_keys_are_trusted_when_they_are_named_or_vouched_for():
    made = history(40)
    first, second = (key["fingerprint"] for key in made.keys)
    bundle = made.bundle()
    assert codes(bundle, trust=[first]) == []
    assert set(codes(bundle, trust=[second])) == {"key_strange"}
    assert set(codes(bundle, trust=["0" * 32])) == {"key_strange"}


def test_of_very_many_heads_those_that_matter_are_checked_and_it_says_how_many(monkeypatch):
    monkeypatch.setattr("contest.ledger_verifier.SIGNATURES", 5)
    made = history(60, a_commit=3)
    ledger = verified(made.bundle())
    assert (ledger.findings, ledger.counted["heads"], ledger.signatures) == ([], 20, 5)
    made.heads[1]["signature"] = made.heads[0]["signature"]
    quick = sealed(made.lines(), made.key)
    assert codes(quick) == []
    assert codes(quick, every_signature=True) == ["head_signature"]
    assert codes(quick, wanted=[5]) == ["head_signature"]


def test_of_very_long_ledgers_contents_are_not_taken_apart_but_for_those_that_matter(monkeypatch):
    monkeypatch.setattr("contest.ledger_verifier.DEEP", 5)
    made = history(60)
    assert codes(made.bundle()) == []
    made.words[0]["text"] = "x"
    assert codes(made.bundle()) == ["words"]


# ---- as a program --------------------------------------------------------------------------------------------

PROGRAM = Path(__file__).parents[2] / "contest" / "ledger_verifier.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_it_runs_alone_from_anywhere_and_says_in_both_languages_what_is_wrong(tmp_path):
    program = tmp_path / "verify.py"
    program.write_bytes(PROGRAM.read_bytes())
    made = history(30)
    bundle, older, receipts = tmp_path / "b.jsonl", tmp_path / "a.jsonl", tmp_path / "receipts.json"
    bundle.write_bytes(made.bundle())
    older.write_bytes(history(30).fork().bundle())
    receipts.write_text(json.dumps([made.receipt(seq) for seq in (5, 21, 30)]), "utf-8")
    done = run(bundle, "--trust", made.key.fingerprint, "--receipts", receipts, "--against", older)
    assert (done.returncode, done.stderr) == (0, "")
    assert "完整 unbroken" in done.stdout
    made.facts[10]["link"] = "0" * 64
    bundle.write_bytes(made.bundle())
    done = run(bundle)
    assert done.returncode == 1
    assert "第 11 条链接不符" in done.stdout
    assert "fact 11: it or something before it was changed" in done.stdout
    assert "NOT SOUND" in done.stdout
    assert run(tmp_path / "nothing").returncode == 2


def test_it_needs_no_newer_python_than_it_says():
    import ast

    source = PROGRAM.read_text("utf-8")
    tree_of = ast.parse(source, feature_version=(3, 9))
    imported = {
        name.name.split(".")[0]
        for node in ast.walk(tree_of)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (node.names if isinstance(node, ast.Import) else [ast.alias(name=node.module or "")])
    }
    assert imported <= sys.stdlib_module_names
    assert "match " not in source.replace("match(", "")
    assert "strict=" not in source


def test_receipts_come_as_a_list_one_a_line_or_as_a_tablet_saves_them(tmp_path):
    made = history(30)
    bundle, receipts = tmp_path / "b.jsonl", tmp_path / "r.json"
    bundle.write_bytes(made.bundle())
    listed = [made.receipt(seq) for seq in (5, 21)]
    saved = {"kind": "jiangsai-unsent-marks", "marks": [], "receipts": listed}
    for content in (written(listed), b"\n".join(map(written, listed)), written(listed[0]), written(saved)):
        receipts.write_bytes(content)
        assert run(bundle, "--receipts", receipts).returncode == 0
        receipts.write_bytes(content.replace(listed[0]["link"].encode(), b"0" * 64))
        assert run(bundle, "--receipts", receipts).returncode == 1
    for content in ("{", "7", '{"receipts":7}'):
        receipts.write_text(content, "utf-8")
        assert run(bundle, "--receipts", receipts).returncode == 2


def test_bundles_of_another_key_are_no_worse_until_somebody_trusts():
    other = Key(9)
    made = Written(key=other).adopt().mark().commit()
    assert codes(made.bundle()) == []
    assert "key_strange" in codes(made.bundle(), trust=[Key().fingerprint])
