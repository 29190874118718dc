"""Nothing personal is in the chain, and nothing in it lets a text be guessed, whoever sends what."""

import hashlib

import msgspec
import pytest

from contest.model.fact import FactBody, KeyReused
from contest.model.gate import Line
from contest.store.queries.facts import facts_after
from contest.store.tables import FactRow, WordsRow
from tests.builders import THEORY, hall, unbroken

NAME = "张三 Zhang San"


async def chain(at) -> str:
    """Everything that is hashed, as one text."""
    rows = await at.store.select(FactRow.select(FactRow.content).where(FactRow.contest == at.contest))
    return "\n".join(row["content"] for row in rows)


@pytest.mark.parametrize("field", ["mark", "session", "entry", "aspect", "replaces", "made_at", "by", "device"])
async def test_a_name_in_any_field_of_a_mark_does_not_reach_the_chain(store, field):
    at = await hall(store)
    await at.stored(at.mark())
    for mark in (at.mark(entry=1), at.mark(77_000, aspect=THEORY, device="desk:a", by="account-a")):
        named = msgspec.structs.replace(mark, **{field: NAME})
        await at.enter(named, msgspec.structs.replace(named, value=9000))
    if field == "by":  # who is signed in at the desk comes from the server and is an account's id
        assert NAME in await chain(at)
    else:
        assert NAME not in await chain(at)
        assert "张三" not in await chain(at)
    assert await unbroken(at)


async def test_reasons_stand_beside_the_chain_and_cannot_be_guessed_from_it(store):
    at = await hall(store)
    mark = at.mark(reason=NAME)
    await at.enter(mark, msgspec.structs.replace(mark, value=9000), msgspec.structs.replace(mark, reason="李四"))
    await at.pass_gate("frozen", Line.VIEW, text=NAME)
    await at.rule_entry(2, "not_started", text=NAME)
    said = await chain(at)
    assert NAME not in said
    texts = [row["text"] for row in await store.select(WordsRow.select(WordsRow.text))]
    assert texts.count(NAME) >= 2
    # Whoever knows everything else of a mark still cannot try names against a digest.
    for text in (NAME, "李四"):
        for guess in (text, msgspec.json.encode(text).decode()):
            assert hashlib.sha256(guess.encode()).hexdigest() not in said
    for tried in (mark, msgspec.structs.replace(mark, value=9000), msgspec.structs.replace(mark, reason="李四")):
        assert tried.digest not in said
    reused = [fact.body for fact in await facts_after(store, at.contest, 0) if isinstance(fact.body, KeyReused)]
    assert [body.digest for body in reused] == [
        msgspec.structs.replace(mark, value=9000, reason="").digest,
        msgspec.structs.replace(mark, reason="").digest,
    ]


def test_every_field_of_every_fact_was_looked_at():
    """A new one is an id, a number, a word of ours, a time or a salted commitment, or does not belong there."""
    ids = {
        "mark",
        "event",
        "session",
        "entry",
        "aspect",
        "seat",
        "device",
        "replaces",
        "subject",
        "entries",
        "seats",
    }
    accounts = {"by", "second"}
    words_of_ours = {"kind", "standing", "because", "line", "gate", "status", "how"}
    numbers = {"value", "revision", "device_seq", "round", "version", "accepted"}
    commitments = {"reason"}
    digests_of_public_text = {"digest"}
    evidence = {"made_at"}
    looked_at = ids | accounts | words_of_ours | numbers | commitments | digests_of_public_text | evidence
    fields = {field for body in FactBody.__args__ for field in body.__struct_fields__}
    assert fields == looked_at
