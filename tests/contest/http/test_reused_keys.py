"""What the chief judge reads of marks that were refused because their number had brought another."""

from contest.model.ids import DeviceId
from contest.store.queries.live import next_device_seq
from tests.builders import hall
from tests.contest.http.desk import Desks, Ground


async def test_the_chief_judge_sees_which_number_came_again_and_from_whom(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    event = await ground.event("HG")
    (entry,) = await ground.entries(event, ["赵甲"])
    theory, _ = await ground.sessions(event, (await ground.panel(event))["id"])
    await ground.chief.post(f"/sessions/{theory}/open")
    mark = {"mark": "m1", "device_seq": 1, "entry": entry, "aspect": "theory", "value": 80_000}
    path = f"/sessions/{theory}/marks"
    await ground.organiser.post(path, {"marks": [mark]})
    assert (await ground.chief.get(path))["reused"] == []
    (receipt,) = await ground.organiser.post(path, {"marks": [{**mark, "value": 90_000}]})
    assert (receipt["verdict"], receipt["because"]) == ("refused", "key_reused")
    (line,) = (await ground.chief.get(path))["reused"]
    assert (line["entry"], line["aspect"], line["value"], line["device_seq"]) == (entry, "theory", 90_000, 1)
    assert (line["by"], line["by_name"]) == (ground.organiser.account, "organiser")
    assert [one["value"] for one in (await ground.chief.get(path))["marks"]] == [80_000]


async def test_the_next_number_is_one_that_none_follows(store) -> None:
    at = await hall(store)
    tablet = at.devices[0]
    assert await next_device_seq(store, tablet) == 1
    await at.stored(at.mark(number=1), at.mark(entry=1, number=7))
    assert await next_device_seq(store, tablet) == 8
    assert await next_device_seq(store, DeviceId("unknown")) == 1
