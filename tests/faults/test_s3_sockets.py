"""S3: who may open a socket, who may stay, and how much one may say; seconds are those of a virtual clock."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from contest.actions.signing_in import digest
from contest.store import clock
from contest.store.tables import AccountRow, GrantRow, TokenRow
from tests.faults.ground import planted, token_of
from tests.faults.virtually import Far, virtually
from tests.realtime.house import open_house, paired
from tests.realtime.sockets import PATIENCE, connect

AT_ONCE = 1.0
"""Within so many seconds trust that has ended must have ended."""


@pytest.fixture(scope="module")
def ground():
    return planted()


# ---- the door ------------------------------------------------------------------------------------------------


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


def origins(port):
    """Every kind of origin, and whether it may come in."""
    return [
        ({}, True),  # a program
        ({"Cookie": "__Host-jiangsai=stolen"}, False),
        ({"Origin": f"http://127.0.0.1:{port}"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": f"http://127.0.0.1:{port}.evil.example"}, False),
        ({"Origin": f"http://evil.example/127.0.0.1:{port}"}, False),
        ({"Origin": f"http://evil@127.0.0.1:{port}"}, False),
        ({"Origin": f"http://127.0.0.1:{port + 1}"}, False),
        ({"Origin": "http://127.0.0.1"}, False),
        ({"Origin": f"https://127.0.0.1:{port}"}, False),
        ({"Origin": f"http://localhost:{port}"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ]


async def admitted(url, headers):
    """Whether a socket is opened."""
    try:
        async with connect(url, additional_headers=headers):
            return True
    except InvalidStatus as refused:
        return None if refused.response.status_code != 403 else False


async def test_only_our_own_pages_and_programs_open_a_socket(store):
    async with open_house(store) as house:
        wanted = origins(house.port)
        for path in ("/live/seat", "/live/board"):
            found = [(headers, await admitted(house.url(path), headers)) for headers, _ in wanted]
            assert found == wanted


async def ended_by_length(house, path):
    """The code with which who sends more than 64 KiB at once is sent away; a shorter message is read."""
    async with connect(house.url(path)) as socket:
        await socket.send("x" * (64 * 1024 - 100))
        assert json.loads(await socket.recv())["code"] == "message_not_understood"
        await socket.send("x" * (64 * 1024 + 1))
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    if json.loads(await socket.recv())["type"] == "refused":
                        return None
                except ConnectionClosed as closed:
                    return closed.rcvd.code


@pytest.mark.parametrize("path", ["/live/seat", "/live/board"])
async def test_a_message_of_more_than_64_kib_ends_the_connection_and_one_of_less_does_not(store, path):
    await paired(store)
    async with open_house(store) as house:
        assert await ended_by_length(house, path) == 1009


# ---- who one is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "x" * 15, "x" * 64, "x" * 129, "token-of-c1-tablet-1"])
def test_a_token_that_nobody_was_given_lets_nobody_in(ground, token):
    async def happen(scene):
        bad = Far(scene.server.seat)
        bad.say(type="hello", token=token)
        bad.say(type="open_sheet", session=scene.at.session)
        bad.say(type="enter_marks", marks=[wire(scene.at.mark(8000))])
        await asyncio.sleep(15.0)
        marks = scene.disk.connection.execute("SELECT id FROM mark").fetchall()
        return {message["type"] for message in bad.told}, bad.cut_at, marks

    kinds, cut_at, marks = virtually(ground, happen)
    assert kinds <= {"refused", "goodbye"}
    assert "goodbye" in kinds
    assert cut_at is not None
    assert marks == []


def wire(mark):
    """A mark as a tablet sends it."""
    names = ("mark", "device_seq", "session", "entry", "aspect", "value")
    return {name: getattr(mark, name) for name in names}


def test_who_says_nothing_is_sent_away(ground):
    async def happen(scene):
        doors = (scene.server.seat, scene.server.board)
        return [await Far(door).gone() for door in doors]

    assert virtually(ground, happen) == [pytest.approx(10.5, abs=1.0)] * 2


# ---- the end of trust ----------------------------------------------------------------------------------------


def test_a_revoked_tablet_is_cut_off_within_a_second_and_then_only_delivers(ground):
    async def happen(scene):
        device = scene.at.devices[0]
        far = scene.tablet(device)
        await far.hear("welcome")
        await scene.do(scene.server.store.book.revoke_device(scene.at.contest, device=device, by="chief"))
        took = await far.gone()
        again = scene.tablet(device)
        welcome = await again.hear("welcome")
        again.say(type="open_sheet", session=scene.at.session)
        refused = await again.hear("refused")
        again.say(type="enter_marks", marks=[wire(scene.at.mark(8000))])
        stored = await again.hear("marks_stored")
        return took, far.told[-1], welcome, refused, stored["receipts"][0]

    took, last, welcome, refused, receipt = virtually(ground, happen)
    assert took <= AT_ONCE
    assert (last["type"], last["code"]) == ("goodbye", "seat_revoked")
    assert (welcome["holds"], welcome["sessions"], refused["code"]) == (False, [], "seat_revoked")
    assert (receipt["standing"], receipt["because"]) == ("pending", "seat_revoked")


def test_a_seat_that_was_handed_over_is_told_within_a_second_and_marks_no_more(ground):
    async def happen(scene):
        book = scene.server.store.book
        far = scene.tablet(scene.at.devices[0])
        await far.hear("welcome")
        seat = scene.at.seats[0]
        began = scene.loop.time()
        named = {"seat": seat, "device": "next", "name": "", "token": digest(token_of("next")), "by": "chief"}
        taking = asyncio.ensure_future(scene.do(book.take_seat(scene.at.contest, **named)))
        lost = await far.hear("seat_lost")
        took = scene.loop.time() - began
        await taking
        far.say(type="enter_marks", marks=[wire(scene.at.mark(8000))])
        return took, lost, (await far.hear("marks_stored"))["receipts"][0]

    took, lost, receipt = virtually(ground, happen)
    assert took <= AT_ONCE
    assert lost["reason"] == "handed_over"
    assert (receipt["standing"], receipt["because"]) == ("pending", "seat_revoked")


async def sign_in(scene, seconds):
    """Somebody is signed in as the chief judge of the contest, for so long."""
    now = clock.now()
    await scene.do(
        scene.server.store.apply(
            AccountRow.insert(AccountRow(id="chief", login="chief", name="甲", password="!", created_at=now)),
            GrantRow.insert(
                GrantRow(
                    id="grant",
                    account="chief",
                    role="chief_judge",
                    contest=scene.at.contest,
                    granted_by="root",
                    granted_at=now,
                )
            ),
            TokenRow.insert(
                TokenRow(
                    id=digest("secret"),
                    account="chief",
                    created_at=now,
                    expires_at=clock.later(seconds),
                    seen_at=now,
                )
            ),
        )
    )


CHIEF = {"authorization": "Bearer secret"}


@pytest.mark.parametrize(
    "ending",
    [
        GrantRow.delete().where(GrantRow.id == "grant"),
        GrantRow.update({GrantRow.role: "publisher"}).where(GrantRow.id == "grant"),
        TokenRow.delete().where(TokenRow.account == "chief"),
    ],
    ids=["no role any more", "another role", "signed out elsewhere"],
)
def test_an_official_whose_right_ends_sees_no_more_within_a_second(ground, ending):
    async def happen(scene):
        await sign_in(scene, 3600)
        far = scene.viewer(CHIEF)
        assert (await far.hear("reset"))["head"]["audience"] == "officials"
        await scene.do(scene.server.store.apply(ending))
        took = await far.gone()
        again = scene.viewer(CHIEF)
        return took, (await again.hear("reset"))["head"]["audience"]

    took, audience = virtually(ground, happen)
    assert took <= AT_ONCE
    assert audience == "public"


def test_a_sign_in_that_is_over_shows_what_the_public_sees(ground):
    async def happen(scene):
        await sign_in(scene, -1)
        return (await scene.viewer(CHIEF).hear("reset"))["head"]["audience"]

    assert virtually(ground, happen) == "public"


# ---- how much one may say ------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["seat", "board"])
def test_two_hundred_messages_a_second_are_refused_and_end_the_connection(ground, door):
    async def happen(scene):
        far = scene.tablet(scene.at.devices[0]) if door == "seat" else scene.viewer()
        other = scene.tablet(scene.at.devices[1])
        await other.hear("welcome")
        began = scene.loop.time()
        while far.cut_at is None and scene.loop.time() - began < 60:
            far.say(type="beat")
            await asyncio.sleep(1 / 200)
        other.say(type="enter_marks", marks=[wire(scene.at.mark(8000, seat=1))])
        await other.hear("marks_stored", 1.0)
        return far.cut_at and far.cut_at - began, {message.get("code") for message in far.told}

    took, codes = virtually(ground, happen)
    assert took is not None
    assert took < 10.0
    assert "too_many_requests" in codes
