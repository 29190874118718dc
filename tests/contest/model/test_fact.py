"""Facts: written one way, read back as they were, each bound to the one before."""

import hashlib

import pytest

from contest.model.fact import FIRST_LINK, EntryRuled, GatePassed, canonical, commitment, link_of, read_fact
from contest.model.ids import ContestId, EntryId, EventId

RULED = EntryRuled(entry=EntryId("e1"), event=EventId("v1"), status="disqualified", by="chief")


def test_a_fact_is_written_with_sorted_keys_and_read_back_as_it_was():
    content = canonical(ContestId("c1"), 7, "2026-11-20T09:00:00Z", RULED)
    assert content == (
        b'{"at":"2026-11-20T09:00:00Z","body":{"by":"chief","entry":"e1","event":"v1","fact":"entry_ruled",'
        b'"reason":"","status":"disqualified"},"contest":"c1","seq":7}'
    )
    link = link_of(FIRST_LINK, content)
    fact = read_fact(content, FIRST_LINK, link)
    assert (fact.contest, fact.seq, fact.body, fact.prev, fact.link) == ("c1", 7, RULED, FIRST_LINK, link)


def test_a_link_is_the_sha_256_of_the_one_before_and_the_fact():
    assert link_of(FIRST_LINK, b"x") == hashlib.sha256(b"\0" * 32 + b"x").hexdigest()
    assert link_of(link_of(FIRST_LINK, b"x"), b"y") != link_of(link_of(FIRST_LINK, b"y"), b"x")


def test_a_commitment_says_nothing_without_its_salt():
    assert commitment("00" * 16, "违规") != commitment("01" * 16, "违规")
    assert commitment("00" * 16, "违规") == hashlib.sha256(b"\0" * 16 + "违规".encode()).hexdigest()
    assert commitment("00" * 16, "") == ""


def test_what_is_not_a_fact_is_not_read():
    with pytest.raises(ValueError, match="fact"):
        read_fact('{"at":"","body":{"fact":"guessed"},"contest":"c1","seq":1}', "", "")


def test_facts_of_different_kinds_never_read_as_one_another():
    gate = GatePassed(line="session", subject="s1", event=EventId("v1"), round=1, gate="opened", by="chief")
    assert read_fact(canonical(ContestId("c1"), 1, "", gate), "", "").body == gate
