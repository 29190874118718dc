"""The live part on real sockets, over a real store."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from contest.app import create_app
from contest.model.gate import Line
from contest.settings import Settings
from contest.store.tables import EventRow
from realtime.deeds import Limits
from tests.builders import PANEL
from tests.realtime.house import KEEPS, ONLY_BY_BELL, open_house, paired, token_of
from tests.realtime.sockets import connect, served, until


@pytest.fixture
async def at(store):
    return await paired(store)


async def test_a_mark_is_acknowledged_and_moves_the_board(store, at):
    async with open_house(store) as house, house.tablet(at) as tablet, house.board(at.event) as board:
        welcome = await tablet.hear("welcome")
        assert (welcome["seat_number"], welcome["next_device_seq"]) == (1, 1)
        assert [(line["session"], line["state"]) for line in welcome["sessions"]] == [(at.session, "opened")]
        first = await board.hear("reset")
        assert (first["head"]["view"], first["head"]["audience"]) == ("live", "public")
        assert sorted(row["entry"] for row in first["rows"]) == sorted(at.entries)

        stored = await tablet.enter(at, at.mark(8000))
        assert stored["type"] == "marks_stored"
        assert (stored["receipts"][0]["standing"], stored["receipts"][0]["device_seq"]) == ("counts", 1)
        assert stored["receipts"][0]["link"]

        # Points are those of complete panels: the row moves when the other two judges have marked as well.
        await at.stored(at.mark(7000, seat=1), at.mark(9000, seat=2))
        moved = await board.hear_points("8.00")
        assert next(row["entry"] for row in moved["rows"]) == at.entries[0]


async def test_sending_again_gives_the_same_receipt_and_another_mark_under_the_number_is_refused(store, at):
    async with open_house(store) as house, house.tablet(at) as tablet:
        mark = at.mark(8000)
        first, again = await tablet.enter(at, mark), await tablet.enter(at, mark)
        assert first == again
        other = await tablet.enter(at, at.mark(9000, number=mark.device_seq))
        assert (other["type"], other["refusals"][0]["code"]) == ("marks_refused", "key_reused")


async def test_receipts_come_in_the_order_of_the_marks_however_many_are_under_way(store, at):
    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        marks = [at.mark(100 * number, replaces=None) for number in range(40)]
        for mark in marks:
            await tablet.say(
                {
                    "type": "enter_marks",
                    "marks": [
                        {
                            "mark": mark.mark,
                            "device_seq": mark.device_seq,
                            "session": at.session,
                            "entry": at.entries[0],
                            "aspect": PANEL,
                            "value": mark.value,
                        }
                    ],
                }
            )
        told = []
        while len(told) < 40:
            told += [receipt["device_seq"] for receipt in (await tablet.hear("marks_stored"))["receipts"]]
        assert told == [mark.device_seq for mark in marks]


async def test_after_the_lock_a_mark_waits_for_the_chief_judge_and_the_seat_hears_of_the_lock(store, at):
    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        await at.pass_gate("locked")
        changed = await tablet.hear("session_changed")
        assert (changed["session"], changed["state"]) == (at.session, "locked")
        late = await tablet.enter(at, at.mark(8000))
        assert (late["receipts"][0]["standing"], late["receipts"][0]["because"]) == ("pending", "session_locked")


async def test_a_sheet_shows_the_seat_its_own_marks_and_no_other(store, at):
    await at.stored(at.mark(8000), at.mark(7000, seat=1))
    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.say({"type": "open_sheet", "session": at.session})
        sheet = await tablet.hear("sheet")
        assert [(mark["value"], mark["standing"]) for mark in sheet["marks"]] == [(8000, "counts")]
        assert [entry["name"] for entry in sheet["entries"]] == at.entries
        card = sheet["aspects"][0]
        assert card["high"] == 10_000
        words = ("unit", "unit_en", "hint", "hint_en")
        assert [card[word] for word in words] == ["分", "pts", "看焊缝", "Look at the seam"]
        await tablet.say({"type": "open_sheet", "session": "elsewhere"})
        assert (await tablet.hear("refused"))["code"] == "sheet_not_yours"


async def test_a_blind_event_shows_a_judge_station_numbers_and_no_names_and_the_public_nothing(store):
    at = await paired(store)
    await store.apply(EventRow.update({EventRow.blind: True}).where(EventRow.id == at.event))
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    async with open_house(store) as house, house.tablet(at) as tablet, house.board(at.event) as board:
        await tablet.say({"type": "open_sheet", "session": at.session})
        sheet = await tablet.hear("sheet")
        assert sheet["blind"] is True
        assert {entry["name"] for entry in sheet["entries"]} == {""}
        whole = await board.socket.recv()
        assert '"view":"blind"' in whole
        assert not [entry for entry in at.entries if entry in whole]


async def test_the_second_connection_of_a_tablet_closes_the_first(store, at):
    async with open_house(store) as house, house.tablet(at) as first:
        await first.hear("welcome")
        async with house.tablet(at) as second:
            await second.hear("welcome")
            assert (await first.hear("goodbye"))["code"] == "opened_elsewhere"
            with pytest.raises(ConnectionClosed) as closed:
                await first.hear()
            assert closed.value.rcvd.code == 4409
            assert (await second.enter(at, at.mark(8000)))["type"] == "marks_stored"
        await until(lambda: house.count("jiangsai_seats") == 0)


@pytest.mark.parametrize("way", ["signal", "ledger"])
async def test_a_revoked_tablet_is_closed_at_once_and_comes_back_only_to_deliver(store, at, way):
    async with open_house(store, pace=ONLY_BY_BELL) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        await store.book.revoke_device(at.contest, device=at.devices[0], by="chief")
        if way == "signal":
            house.revocations.ring("device", at.devices[0])
        assert (await tablet.hear("seat_lost"))["reason"] == "revoked"
        assert (await tablet.hear("goodbye"))["code"] == "seat_revoked"
        with pytest.raises(ConnectionClosed) as closed:
            await tablet.hear()
        assert closed.value.rcvd.code == 4403
        async with house.tablet(at) as again:
            welcome = await again.hear("welcome")
            assert (welcome["holds"], welcome["sessions"]) == (False, [])
        async with connect(house.url("/live/seat")) as stranger:
            await stranger.send('{"type":"hello","token":"nobody-knows-this-token"}')
            assert '"not_signed_in"' in await stranger.recv()


async def test_a_tablet_whose_seat_another_took_is_told_at_once_and_stays_to_deliver(store, at):
    async with open_house(store, pace=ONLY_BY_BELL) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        await store.book.take_seat(
            at.contest, seat=at.seats[0], device="new", name="平板", token="1" * 64, by="chief"
        )
        assert (await tablet.hear("seat_lost"))["reason"] == "handed_over"
        await tablet.heard_nothing()


async def test_whoever_says_nothing_is_closed_in_time(store, at):
    quick = Limits(hello_seconds=0.5)
    async with open_house(store, limits=quick) as house, connect(house.url("/live/seat")) as silent:
        assert await silent.recv() == '{"type":"goodbye","code":"silent"}'


async def test_a_process_that_starts_during_a_freeze_shows_the_same_bytes(store, at):
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    async with open_house(store) as house, house.board(at.event) as board:
        before = await board.hear("reset")
        await at.pass_gate("frozen", Line.VIEW)
        frozen = await board.hear("reset")
        assert (frozen["head"]["view"], frozen["rows"]) == ("frozen", before["rows"])
        await at.stored(*(at.mark(9900, seat=seat, entry=1) for seat in range(3)))
        await at.rule_entry(0, "disqualified")
        await at.enter(at.mark(1000, replaces=None))
        async with connect(house.url("/live/board")) as late:
            await late.send(f'{{"type":"watch","event":"{at.event}"}}')
            text = await late.recv()
    async with open_house(store) as house, connect(house.url("/live/board")) as late:
        await late.send(f'{{"type":"watch","event":"{at.event}"}}')
        assert await late.recv() == text
        await at.pass_gate("thawed", Line.VIEW)
        assert '"9.90"' in await late.recv()


async def test_a_viewer_comes_back_from_where_it_stood(store, at):
    async with open_house(store, pace=KEEPS) as house:
        async with house.board(at.event) as board:
            first = await board.hear("reset")
        async with house.board(at.event) as watching:
            await watching.hear("reset")
            await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
            moved = await watching.hear_points("8.00")
            async with connect(house.url("/live/board")) as back:
                await back.send(
                    f'{{"type":"watch","event":"{at.event}","epoch":"{first["epoch"]}","version":{first["version"]}}}'
                )
                merged = await back.recv()
                assert f'"after":{first["version"]},"version":{moved["version"]}' in merged
                assert merged.startswith('{"type":"moved"')


async def test_a_board_that_nobody_watches_is_forgotten_and_strange_events_make_none(store, at):
    async with open_house(store) as house:
        async with house.board(at.event) as board:
            await board.hear("reset")
            assert house.count("jiangsai_viewers", audience="public") == 1
            await board.say({"type": "watch", "event": "nothing"})
            assert (await board.hear("refused"))["code"] == "not_found"
            assert house.live.hub.rooms == 1
        await until(lambda: house.live.hub.rooms == 0)
        assert house.count("jiangsai_viewers", audience="public") == 0


@pytest.mark.parametrize("path", ["/live/seat", "/live/board"])
async def test_a_page_of_another_site_gets_no_socket(store, at, path):
    async with open_house(store) as house:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": f"http://127.0.0.1:{house.port}.evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            with pytest.raises(InvalidStatus) as refused:
                await connect(house.url(path), additional_headers=headers)
            assert refused.value.response.status_code == 403
        async with connect(house.url(path), additional_headers={"Origin": f"http://127.0.0.1:{house.port}"}):
            pass


async def test_the_server_says_goodbye_when_it_stops(store, at):
    async with open_house(store) as house, house.tablet(at) as tablet, house.board(at.event) as board:
        await tablet.hear("welcome")
        await board.hear("reset")
        house.server.should_exit = True
        for peer in (tablet, board):
            assert (await peer.hear("goodbye"))["code"] == "restarting"
            with pytest.raises(ConnectionClosed) as closed:
                await peer.hear()
            assert closed.value.rcvd.code == 1012
        assert token_of(at, 0)


@pytest.mark.parametrize("path", ["/live/seat", "/live/board"])
async def test_the_product_itself_lets_its_own_pages_in_and_no_other(store, at, path):
    async with served(create_app(Settings(), store=store)) as (_, port):
        url = f"ws://127.0.0.1:{port}{path}"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers={"Origin": "https://evil.example"})
        assert refused.value.response.status_code == 403
        async with connect(url, additional_headers={"Origin": f"http://127.0.0.1:{port}"}) as socket:
            await socket.send('{"type":"beat"}')
            assert '"type":"beat"' in await socket.recv()
