"""Officials on the board: who is one, what they see, and the end of it."""

import pytest
from websockets.exceptions import ConnectionClosed

from contest.actions.signing_in import digest
from contest.model.access import Role
from contest.store import clock
from contest.store.tables import AccountRow, EventRow, GrantRow, TokenRow
from realtime import watching
from tests.builders import hall
from tests.realtime.house import open_house, paired

SIGNED_IN = {"Authorization": "Bearer token-of-somebody"}


@pytest.fixture
async def at(store):
    at = await paired(store)
    await store.apply(EventRow.update({EventRow.public_view: "after_publication"}).where(EventRow.id == at.event))
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    return at


async def sign_in(store, role: Role, contest: str | None) -> None:
    now = clock.now()
    await store.apply(
        AccountRow.insert(AccountRow(id="somebody", login="somebody", name="甲", password="!", created_at=now)),
        TokenRow.insert(
            TokenRow(
                id=digest("token-of-somebody"),
                account="somebody",
                created_at=now,
                expires_at=clock.later(3600),
                seen_at=now,
            )
        ),
        GrantRow.insert(
            GrantRow(
                id="grant", account="somebody", role=role.value, contest=contest, granted_by="root", granted_at=now
            )
        ),
    )


@pytest.mark.parametrize(
    ("role", "contest", "audience"),
    [
        (Role.CHIEF_JUDGE, "c1", "officials"),
        (Role.AUDITOR, "c1", "officials"),
        (Role.PUBLISHER, "c1", "public"),
        (Role.JUDGE, "c1", "public"),
        (Role.CHIEF_JUDGE, "other", "public"),
    ],
)
async def test_whoever_may_see_the_marks_sees_the_officials_board(store, at, role, contest, audience):
    await sign_in(store, role, contest)
    async with open_house(store) as house, house.board(at.event, additional_headers=SIGNED_IN) as board:
        told = await board.hear("reset")
        assert told["head"]["audience"] == audience
        assert len(told["rows"]) == (4 if audience == "officials" else 0)


async def test_officials_see_no_names_of_a_blind_event_before_it_is_unblinded(store, at):
    await sign_in(store, Role.CHIEF_JUDGE, "c1")
    await store.apply(EventRow.update({EventRow.blind: True}).where(EventRow.id == at.event))
    async with open_house(store) as house, house.board(at.event, additional_headers=SIGNED_IN) as board:
        told = await board.hear("reset")
        assert [row["name"] for row in told["rows"]] == [""] * 4
        assert {row["points"] for row in told["rows"]} == {"8.00", "0.00"}


async def test_trust_that_ends_while_it_is_asked_for_opens_no_officials_board(store, at, monkeypatch):
    await sign_in(store, Role.CHIEF_JUDGE, "c1")
    ask, asked = watching.person_of_token, []
    async with open_house(store) as house:

        async def overtaken(*args, **kwargs):
            person = await ask(*args, **kwargs)
            asked.append(person.grants)
            if len(asked) == 1:
                await store.apply(GrantRow.delete().where(GrantRow.id == "grant"))
                house.revocations.ring("account", "somebody")
            return person

        monkeypatch.setattr(watching, "person_of_token", overtaken)
        async with house.board(at.event, additional_headers=SIGNED_IN) as board:
            told = await board.hear()
            assert (told["head"]["audience"], told["rows"]) == ("public", [])
        assert [len(grants) for grants in asked] == [1, 0]


async def test_an_event_that_is_no_more_keeps_nobody_from_being_asked(store, at, monkeypatch):
    monkeypatch.setattr(watching, "ASK_AGAIN_SECONDS", 0.1)
    gone = await hall(store, name="c0")
    await sign_in(store, Role.CHIEF_JUDGE, None)
    async with (
        open_house(store) as house,
        house.board(gone.event, additional_headers=SIGNED_IN) as first,
        house.board(at.event, additional_headers=SIGNED_IN) as second,
    ):
        assert (await first.hear("reset"))["head"]["audience"] == "officials"
        assert (await second.hear("reset"))["head"]["audience"] == "officials"
        await store.apply(EventRow.delete().where(EventRow.id == gone.event))
        assert (await first.hear("goodbye"))["code"] == "not_signed_in"
        await store.apply(GrantRow.delete().where(GrantRow.id == "grant"))
        assert (await second.hear("goodbye"))["code"] == "not_signed_in"
        assert house.count("jiangsai_live_faults_total") == 0


@pytest.mark.parametrize("way", ["account", "token", "elsewhere"])
async def test_trust_that_ended_ends_the_officials_board_and_leaves_the_public_one(store, at, way, monkeypatch):
    monkeypatch.setattr("realtime.watching.ASK_AGAIN_SECONDS", 0.1)
    await sign_in(store, Role.CHIEF_JUDGE, "c1")
    async with (
        open_house(store) as house,
        house.board(at.event, additional_headers=SIGNED_IN) as official,
        house.board(at.event) as spectator,
    ):
        await official.hear("reset")
        await spectator.hear("reset")
        if way == "elsewhere":
            await store.apply(GrantRow.delete().where(GrantRow.id == "grant"))
        else:
            house.revocations.ring(way, "somebody" if way == "account" else digest("token-of-somebody"))
        assert (await official.hear("goodbye"))["code"] == "not_signed_in"
        with pytest.raises(ConnectionClosed):
            await official.hear()
        await house.shown(at.event)
        await spectator.heard_nothing()
