"""A tie that must be broken: named, decided by the chief judge, published, decided anew, and gone."""

import asyncio

import pytest

from contest.model.ids import ContestId
from contest.store.tables import WordsRow
from contest.store.verify import verify
from tests.contest.http.desk import SCHEME, Desks, Ground, Json, Official
from tests.contest.http.test_marks_and_publishing import Marking


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


class Tied:
    """An event whose two entries are equal, every session confirmed."""

    def __init__(self, ground: Ground, marking: Marking) -> None:
        self.ground, self.marking, self.entries = ground, marking, marking.entries
        self.event = f"/events/{marking.event}"

    @classmethod
    async def finish(cls, ground: Ground, **extra: Json) -> "Tied":
        marking = await Marking.begin(ground, **extra)
        await marking.finish(ground, 50, 50)
        return cls(ground, marking)

    def body(self, *order: int, how: str = "lot", **extra: Json) -> Json:
        return {"entries": [self.entries[at] for at in order], "how": how, **extra}

    async def decide(self, *order: int, how: str = "lot", **extra: Json) -> Json:
        return await self.ground.chief.post(f"{self.event}/ties", self.body(*order, how=how, **extra))

    async def refused(self, *order: int, how: str = "lot", **extra: Json) -> str:
        body = self.body(*order, how=how, **extra)
        return (await self.ground.chief.refusal("POST", f"{self.event}/ties", body))[1]

    async def sheet(self) -> Json:
        return await self.ground.chief.get(f"{self.event}/results")

    async def ranks(self) -> list[tuple[str, int | None, bool]]:
        return [(row["entry"], row["rank"], row["shared"]) for row in (await self.sheet())["rows"]]


async def test_an_open_tie_is_named_and_the_chief_judge_decides_it(ground: Ground) -> None:
    tied = await Tied.finish(ground)
    one, two = tied.entries
    (open_tie,) = (await tied.sheet())["ties"]
    assert (open_tie["rank"], sorted(open_tie["entries"]), open_tie["decision"]) == (1, sorted([one, two]), None)
    (shown,) = await tied.decide(1, 0, reason="两位选手当众抽签")
    decision = shown["decision"]
    assert (shown["entries"], decision["how"], decision["by_name"]) == ([two, one], "lot", "chief")
    assert decision["reason"] == "两位选手当众抽签"
    sheet = await tied.sheet()
    assert (sheet["open_ties"], sheet["ties"]) == (0, [shown])
    assert await tied.ranks() == [(two, 1, False), (one, 2, False)]
    assert (await ground.organiser.post(f"{tied.event}/publish"))["state"] == "provisional"
    assert await tied.refused(0, 1, reason="再抽", replaces=decision["seq"]) == "results_ended"
    checked = await verify(ground.desks.store, ContestId(ground.contest))
    assert checked.problem == ""


async def test_the_reason_stands_beside_the_chain_and_can_be_erased(ground: Ground) -> None:
    tied = await Tied.finish(ground)
    await tied.decide(0, 1, how="decided", reason="按规程抽签")
    store = ground.desks.store
    facts = await ground.admin.get(f"/contests/{ground.contest}/facts", limit=1000)
    (fact,) = [fact for fact in facts if fact["type"] == "tie_decided"]
    assert (fact["body"]["how"], fact["body"]["entries"]) == ("decided", tied.entries)
    assert "规程" not in fact["content"]
    await store.apply(WordsRow.delete().where(WordsRow.seq == fact["seq"]))
    assert (await verify(store, ContestId(ground.contest))).problem == ""
    (shown,) = (await tied.sheet())["ties"]
    assert (shown["entries"], shown["decision"]["reason"]) == (tied.entries, "")


async def test_lots_that_are_drawn_here_give_some_order_and_are_recorded(ground: Ground) -> None:
    tied = await Tied.finish(ground)
    (shown,) = await tied.decide(0, 1, how="drawn")
    assert (sorted(shown["entries"]), shown["decision"]["how"]) == (sorted(tied.entries), "drawn")
    assert [entry for entry, *_ in await tied.ranks()] == shown["entries"]
    # Drawing until it pleases: only by name of what it replaces, and with a reason on record.
    assert await tied.refused(0, 1, how="drawn") == "overtaken"
    seq = shown["decision"]["seq"]
    assert await tied.refused(0, 1, how="drawn", replaces=seq) == "reason_missing"
    (again,) = await tied.decide(1, 0, replaces=seq, reason="抽签程序有误，重抽")
    assert again["entries"] == [tied.entries[1], tied.entries[0]]
    assert again["decision"]["seq"] > seq


async def test_nobody_but_the_chief_judge_decides_and_only_about_who_is_tied(ground: Ground) -> None:
    marking = await Marking.begin(ground)
    tied = Tied(ground, marking)
    for person in (ground.organiser, ground.admin, ground.supervisor):
        assert await person.refusal("POST", f"{tied.event}/ties", tied.body(0, 1)) == (403, "not_allowed")
    assert await tied.refused(0, 1) == "tie_too_early"
    await marking.finish(ground, 50, 40)
    assert (await tied.sheet())["ties"] == []
    assert await tied.refused(0, 1) == "not_tied"
    assert await tied.refused(0, 0) == "bad_input"
    elsewhere = await ground.event("电工")
    (stranger,) = await ground.entries(elsewhere, ["外人"])
    body = {"entries": [marking.entries[0], stranger], "how": "lot"}
    assert await ground.chief.refusal("POST", f"{tied.event}/ties", body) == (404, "not_found")


async def test_a_tie_that_dissolves_needs_no_lot_and_one_that_comes_back_has_it(ground: Ground) -> None:
    tied = await Tied.finish(ground)
    one, two = tied.entries
    await tied.decide(1, 0)

    async def mark_again(pieces: int) -> None:
        path = f"/sessions/{tied.marking.practice}"
        asked = await ground.chief.post(f"{path}/reopen", {"reason": "复核"})
        await ground.supervisor.post(f"/consents/{asked['consent']}/give")
        marks = (await ground.chief.get(f"{path}/marks"))["marks"]
        (before,) = [
            mark["mark"]
            for mark in marks
            if (mark["entry"], mark["aspect"], mark["standing"]) == (one, "pieces", "counts")
        ]
        receipt = await tied.marking.tablets[0].mark(
            tied.marking.practice, one, "pieces", pieces * 1000, replaces=before
        )
        assert receipt.verdict == "stored"
        await ground.close(tied.marking.practice)

    await mark_again(3)
    assert await tied.ranks() == [(two, 1, False), (one, 2, False)]
    assert (await tied.sheet())["ties"] == []
    await mark_again(4)
    assert await tied.ranks() == [(two, 1, False), (one, 2, False)]
    (shown,) = (await tied.sheet())["ties"]
    assert shown["entries"] == [two, one]


async def test_two_who_decide_at_once_do_not_both_decide(ground: Ground) -> None:
    tied = await Tied.finish(ground)

    async def decide(*order: int) -> int:
        answer = await ground.chief.client.post(f"/api{tied.event}/ties", json=tied.body(*order))
        return answer.status_code

    codes = await asyncio.gather(*(decide(*order) for order in ((0, 1), (1, 0), (0, 1))))
    assert sorted(codes) == [201, 409, 409]


async def test_an_explanation_names_the_lots(ground: Ground) -> None:
    tied = await Tied.finish(ground)
    await tied.decide(1, 0)
    steps = await ground.chief.get(f"{tied.event}/results/{tied.entries[0]}/why")
    told = " ".join(step["zh"] + step["en"] for step in steps)
    assert "2 个并列的先后由现场抽签定为第 2 位（台账第" in told
    assert "number 2 of 2 tied, by lots drawn in public" in told


async def test_an_explanation_of_a_blind_event_names_no_organisation(ground: Ground) -> None:
    document = SCHEME | {"ranking": {"keys": [{"of": "attribute", "attribute": "organisation"}]}}
    event = await ground.event("焊工", blind=True)
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": document})
    entries = await ground.entries(event, ["赵甲", "钱乙"])
    for entry, name in zip(entries, ("东风机械厂", "红星机械厂"), strict=True):
        made = await ground.admin.post("/organisations", {"name": name, "kind": "enterprise"})
        await ground.organiser.ask("PATCH", f"/entries/{entry}", {"organisation": made["id"]})
    session = {"name": "理论", "aspects": ["theory"]}
    theory = (await ground.organiser.post(f"/events/{event}/sessions", session))["id"]
    panel = await ground.panel(event)
    practice = (await ground.organiser.post(f"/events/{event}/sessions", {"name": "实操", "panel": panel["id"]}))[
        "id"
    ]
    for key in (theory, practice):
        await ground.chief.post(f"/sessions/{key}/open")
    marking = Marking(event, entries, theory, practice, await ground.tablets(panel))
    await marking.finish(ground, 50, 50)

    async def told(person: Official) -> str:
        answers = [await person.get(f"/events/{event}/results/{entry}/why") for entry in entries]
        return " ".join(step["zh"] + step["en"] for steps in answers for step in steps)

    assert "红星机械厂" in await told(ground.organiser)  # who drew the numbers knows
    behind = await told(ground.chief)
    assert "机械厂" not in behind
    assert "〔盲评〕" in behind
