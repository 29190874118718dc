"""Marks over the desk, what waits for the chief judge, and when results may be published."""

import pytest

from contest.model.access import Role
from tests.contest.http.desk import SCHEME, Desks, Ground, Json, Tablet


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


class Marking:
    """An event with two entries whose sessions are open."""

    def __init__(self, event: str, entries: list[str], theory: str, practice: str, tablets: list[Tablet]) -> None:
        self.event, self.entries, self.theory, self.practice, self.tablets = (
            event,
            entries,
            theory,
            practice,
            tablets,
        )

    @classmethod
    async def begin(cls, ground: Ground, **extra: Json) -> "Marking":
        event = await ground.event("焊工", **extra)
        entries = await ground.entries(event, ["赵甲", "钱乙"])
        panel = await ground.panel(event)
        theory, practice = await ground.sessions(event, panel["id"])
        for session in (theory, practice):
            await ground.chief.post(f"/sessions/{session}/open")
        return cls(event, entries, theory, practice, await ground.tablets(panel))

    async def practise(self, entry: str, craft: int = 50, pieces: int = 4) -> None:
        for tablet in self.tablets:
            await tablet.mark(self.practice, entry, "craft", craft * 1000)
        await self.tablets[0].mark(self.practice, entry, "pieces", pieces * 1000)

    async def finish(self, ground: Ground, *craft: int) -> None:
        """Mark everything and confirm both sessions; theory is equal for all."""
        await ground.theory(self.theory, dict.fromkeys(self.entries, 60))
        for entry, points in zip(self.entries, craft, strict=True):
            await self.practise(entry, points)
        for session in (self.theory, self.practice):
            await ground.close(session)


def desk_mark(entry: str, number: int, value: int | None = 60_000, **extra: Json) -> Json:
    return {
        "mark": f"mark{number}",
        "device_seq": number,
        "entry": entry,
        "aspect": "theory",
        "value": value,
        **extra,
    }


async def test_the_same_desk_mark_gives_the_same_receipt_and_another_under_its_number_is_refused(
    ground: Ground,
) -> None:
    marking = await Marking.begin(ground)
    path = f"/sessions/{marking.theory}/marks"
    body = {"marks": [desk_mark(marking.entries[0], 1)]}
    first = await ground.organiser.post(path, body)
    assert (first[0]["verdict"], first[0]["device_seq"]) == ("stored", 1)
    assert await ground.organiser.post(path, body) == first
    other = {"marks": [desk_mark(marking.entries[0], 1, 70_000)]}
    (refused,) = await ground.organiser.post(path, other)
    assert (refused["verdict"], refused["because"]) == ("refused", "key_reused")
    seen = await ground.organiser.get(path)
    assert [(mark["value"], mark["standing"]) for mark in seen["marks"]] == [(60_000, "counts")]
    assert seen["next_device_seq"] == 2


async def test_the_desk_brings_no_marks_of_the_panel_none_out_of_range_and_none_for_strangers(
    ground: Ground,
) -> None:
    marking = await Marking.begin(ground)
    (one, _) = marking.entries
    for session, mark, because in (
        (marking.practice, desk_mark(one, 1, aspect="craft"), "mark_not_for_seat"),
        (marking.theory, desk_mark(one, 2, 100_500), "mark_out_of_range"),
        (marking.theory, desk_mark("stranger", 3), "mark_not_for_seat"),
    ):
        (receipt,) = await ground.organiser.post(f"/sessions/{session}/marks", {"marks": [mark]})
        assert (receipt["verdict"], receipt["because"]) == ("refused", because)
    assert await ground.chief.refusal("POST", f"/sessions/{marking.theory}/marks", {"marks": []}) == (
        403,
        "not_allowed",
    )
    assert await ground.organiser.refusal("POST", f"/sessions/{marking.theory}/marks", {"marks": []}) == (
        400,
        "bad_input",
    )
    assert (await ground.chief.get(f"/sessions/{marking.theory}/marks"))["marks"] == []


async def test_locking_tells_what_is_missing_and_confirming_asks_for_it(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    await marking.practise(marking.entries[0])
    path = f"/sessions/{marking.practice}"
    assert await ground.chief.refusal("POST", f"{path}/confirm") == (409, "gate_out_of_order")
    locked = await ground.chief.post(f"{path}/lock")
    assert (locked["state"], locked["next"], locked["missing"], locked["pending"]) == ("locked", "confirmed", 4, 0)
    answer = await ground.chief.client.post(f"/api{path}/confirm")
    assert (answer.json()["code"], answer.json()["params"]) == ("marks_missing", {"count": 4})
    ruling = {"status": "not_started", "reason": "未到场"}
    ruled = await ground.chief.post(f"/entries/{marking.entries[1]}/ruling", ruling)
    assert ruled["status"] == "not_started"
    assert (await ground.chief.post(f"{path}/confirm"))["state"] == "confirmed"


async def test_a_mark_after_the_lock_waits_for_the_chief_judge(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    for entry in marking.entries:
        await marking.practise(entry, 40)
    path = f"/sessions/{marking.practice}"
    await ground.chief.post(f"{path}/lock")
    late = await marking.tablets[0].mark(marking.practice, marking.entries[0], "craft", 60_000)
    also = await marking.tablets[1].mark(marking.practice, marking.entries[0], "craft", 60_000)
    assert (late.verdict, late.because) == ("pending", "session_locked")
    assert await ground.chief.refusal("POST", f"{path}/confirm") == (409, "marks_pending")
    assert await ground.organiser.refusal("POST", f"/marks/{late.mark}/settle", {"accept": True}) == (
        403,
        "not_allowed",
    )
    settled = await ground.chief.post(f"/marks/{late.mark}/settle", {"accept": True, "reason": "补录"})
    assert settled["standing"] == "counts"
    declined = await ground.chief.post(f"/marks/{also.mark}/settle", {"accept": False})
    assert declined["standing"] == "declined"
    again = await ground.chief.refusal("POST", f"/marks/{also.mark}/settle", {"accept": True})
    assert again == (409, "mark_settled")
    await ground.chief.post(f"{path}/confirm")


async def test_nothing_is_published_before_everything_is_signed_marked_and_decided(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    publish = f"/events/{marking.event}/publish"
    assert await ground.organiser.refusal("POST", publish) == (409, "sessions_not_confirmed")
    await marking.finish(ground, 50, 50)
    assert await ground.organiser.refusal("POST", publish) == (409, "tie_open")
    sheet = await ground.chief.get(f"/events/{marking.event}/results")
    assert (sheet["open_ties"], [(row["rank"], row["shared"]) for row in sheet["rows"]]) == (
        1,
        [(1, True), (1, True)],
    )
    await ground.chief.post(f"/entries/{marking.entries[1]}/ruling", {"status": "disqualified", "reason": "作弊"})
    assert (await ground.organiser.post(publish))["state"] == "provisional"
    assert await ground.organiser.refusal("POST", publish) == (409, "gate_out_of_order")


async def test_an_aspect_that_was_never_scheduled_keeps_results_from_being_published(ground: Ground) -> None:
    event = await ground.event("焊工")
    entries = await ground.entries(event, ["赵甲"])
    theory = await ground.organiser.post(f"/events/{event}/sessions", {"name": "理论", "aspects": ["theory"]})
    await ground.chief.post(f"/sessions/{theory['id']}/open")
    await ground.theory(theory["id"], {entries[0]: 80})
    await ground.close(theory["id"])
    assert await ground.organiser.refusal("POST", f"/events/{event}/publish") == (409, "marks_missing")
    (row,) = (await ground.chief.get(f"/events/{event}/results"))["rows"]
    assert (row["total"], row["rank"], row["points"], row["complete"], row["aspects"]) == (
        None,
        None,
        "24.00",
        1,
        3,
    )


async def test_published_ranks_change_only_after_two_people_took_them_back(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    await marking.finish(ground, 50, 40)
    await ground.organiser.post(f"/events/{marking.event}/publish")
    ruling = f"/entries/{marking.entries[0]}/ruling"
    assert await ground.chief.refusal("POST", ruling, {"status": "disqualified"}) == (409, "results_ended")
    back = await ground.chief.post(f"/events/{marking.event}/supersede", {"reason": "申诉成立"})
    await ground.organiser.post(f"/consents/{back['consent']}/give")
    assert (await ground.chief.post(ruling, {"status": "disqualified"}))["status"] == "disqualified"
    published = await ground.organiser.post(f"/events/{marking.event}/publish")
    assert (published["round"], published["state"]) == (2, "provisional")
    rows = (await ground.chief.get(f"/events/{marking.event}/results"))["rows"]
    assert [(row["entry"], row["rank"]) for row in rows] == [(marking.entries[1], 1), (marking.entries[0], None)]


async def test_asking_to_take_results_back_is_not_asking_to_make_them_official(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    event = f"/events/{marking.event}"
    assert await ground.organiser.refusal("POST", f"{event}/official") == (409, "gate_out_of_order")
    assert await ground.organiser.refusal("POST", f"{event}/supersede", {"reason": "x"}) == (
        409,
        "gate_out_of_order",
    )
    await marking.finish(ground, 50, 40)
    await ground.organiser.post(f"{event}/publish")
    official = await ground.organiser.post(f"{event}/official")
    back = await ground.organiser.post(f"{event}/supersede", {"reason": "复核"})
    assert official != back
    assert await ground.organiser.post(f"{event}/official") == official


async def test_the_public_view_freezes_and_thaws_again_and_again(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    event = f"/events/{marking.event}"
    assert await ground.organiser.refusal("POST", f"{event}/thaw") == (409, "gate_out_of_order")
    for round_ in (1, 2):
        frozen = await ground.organiser.post(f"{event}/freeze")
        assert (frozen["line"], frozen["state"], frozen["round"]) == ("view", "frozen", round_)
        assert (await ground.chief.get(f"{event}/results"))["head"]["view"] == "frozen"
        assert (await ground.organiser.post(f"{event}/thaw"))["state"] == "thawed"
    lines = [line for line in await ground.chief.get(f"{event}/gates") if line["line"] == "view"]
    assert [(line["round"], line["state"]) for line in lines] == [(1, "thawed"), (2, "thawed")]


async def test_published_results_stand_on_what_can_no_longer_be_planned(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    await marking.finish(ground, 50, 40)
    await ground.organiser.post(f"/events/{marking.event}/publish")
    ended = (409, "results_ended")
    body = {"kind": "project", "name": "后来者"}
    assert await ground.organiser.refusal("POST", f"/events/{marking.event}/entries", body) == ended
    session = {"name": "加赛", "aspects": ["theory"], "entries": []}
    assert await ground.organiser.refusal("POST", f"/events/{marking.event}/sessions", session) == ended
    assert await ground.organiser.refusal("DELETE", f"/entries/{marking.entries[0]}") == ended


async def test_why_tells_the_numbers_of_a_result(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    await marking.finish(ground, 50, 40)
    steps = await ground.chief.get(f"/events/{marking.event}/results/{marking.entries[0]}/why")
    assert steps[0]["depth"] == 0
    told = " ".join(step["zh"] for step in steps)
    assert all(number in told for number in ("理论 60", "工艺 50", "= 81")), told
    elsewhere = await ground.event("电工")
    (stranger,) = await ground.entries(elsewhere, ["外人"])
    refused = await ground.chief.refusal("GET", f"/events/{marking.event}/results/{stranger}/why")
    assert refused == (404, "not_found")


async def test_results_without_a_scheme_say_that_it_is_missing(ground: Ground) -> None:
    event = await ground.organiser.post(f"/contests/{ground.contest}/events", {"code": "A", "name": "焊工"})
    assert await ground.chief.get(f"/events/{event['id']}/scheme") == {
        "version": 0,
        "locked": False,
        "document": {},
        "outline": [],
    }
    assert await ground.chief.refusal("GET", f"/events/{event['id']}/results") == (409, "scheme_missing")
    session = {"name": "实操"}
    assert await ground.organiser.refusal("POST", f"/events/{event['id']}/sessions", session) == (
        409,
        "scheme_missing",
    )
    await ground.organiser.ask("PUT", f"/events/{event['id']}/scheme", {"document": SCHEME})
    assert (await ground.chief.get(f"/events/{event['id']}/results"))["rows"] == []


async def test_an_auditor_reads_the_ledger_in_pages_and_a_judge_does_not(ground: Ground, desks: Desks) -> None:
    marking = await Marking.begin(ground)
    await marking.finish(ground, 50, 40)
    auditor = await desks.person("审计", Role.AUDITOR, ground.contest)
    path = f"/contests/{ground.contest}/facts"
    everything = await auditor.get(path, limit=1000)
    assert await auditor.get(path, after=3, limit=4) == everything[3:7]
    assert {fact["type"] for fact in everything} >= {"scheme_adopted", "gate_passed", "mark_entered", "seat_taken"}
    assert all(fact["body"]["fact"] == fact["type"] and fact["by"] for fact in everything)
    assert await ground.organiser.refusal("GET", path) == (403, "not_allowed")
    assert await auditor.refusal("GET", path, limit=0) == (400, "bad_input")
