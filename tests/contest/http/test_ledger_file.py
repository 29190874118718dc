"""The ledger as a file, and what the checks in the background found, over HTTP."""

import asyncio

from contest.actions.checking import LedgerWatch
from contest.app import create_app
from contest.model.access import Role
from contest.model.ids import ContestId
from contest.model.signing import SigningKey
from contest.settings import Settings
from contest.store import bundle as bundles
from contest.store.backup import back_up
from contest.store.checkpoints import backed_up
from tests.builders import hall
from tests.contest.bundles import verified
from tests.contest.http.desk import Desks, Ground, Official
from tests.realtime.sockets import PATIENCE


async def prepared(desks: Desks) -> tuple[Ground, Official]:
    ground = await Ground.prepare(desks)
    event = await ground.event("焊工")
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": SCHEME})
    return ground, await desks.person("auditor", Role.AUDITOR, ground.contest)


SCHEME = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "parts": [{"kind": "imported", "id": "theory", "name": "理论", "high": "100"}],
    }
}


async def test_an_auditor_saves_the_ledger_as_a_file_that_is_sound(desks: Desks, monkeypatch) -> None:
    monkeypatch.setattr(bundles, "LENGTH", 1)
    ground, auditor = await prepared(desks)
    answer = await auditor._send("GET", f"/contests/{ground.contest}/ledger/bundle", None, {"words": True})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f'attachment; filename="ledger-{ground.contest}.jsonl"'
    ledger = verified(answer.content, trust=[desks.store.key.fingerprint])
    assert ledger.findings == []
    assert ledger.facts == ledger.counted["schemes"] > 0
    assert await ground.chief.refusal("GET", f"/contests/{ground.contest}/ledger/bundle") == (403, "not_allowed")


async def test_the_chief_judge_hears_what_a_check_has_found(desks: Desks) -> None:
    ground, auditor = await prepared(desks)
    path = f"/contests/{ground.contest}/ledger/check"
    assert await ground.chief.get(path) == {"problem": "", "checked_at": "", "facts": 0}
    watch: LedgerWatch = ground.chief.client._transport.app.state.ledger_watch
    watch._say(watch._new, ContestId(ground.contest), "fact 1: 链条断裂")
    for person in (ground.chief, ground.admin, auditor):
        assert (await person.get(path))["problem"] == "fact 1: 链条断裂"


async def test_the_serving_process_takes_in_what_a_backup_left_beside_the_database(sqlite_url, tmp_path) -> None:
    key_file, folder = tmp_path / "keys" / "signing.pem", tmp_path / "copies"
    folder.mkdir()
    settings = Settings(database_url=sqlite_url, signing_key=str(key_file), log_level="error")
    app = create_app(settings)
    async with app.lifespan():
        store = app.state.store
        at = await hall(store)
        made = await back_up(sqlite_url, folder, key_file, SigningKey.read(key_file.read_bytes()))
        assert not made.recorded
        async with asyncio.timeout(PATIENCE):
            while await backed_up(store, at.contest) != made.reaches[at.contest]:  # noqa: ASYNC110 -- of the code under test
                await asyncio.sleep(0.05)
