"""The `jiangsai` command: one program for a laptop in a county and for the nodes of a province."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from contest import keeping, keys, score, venue_cert
from contest.errors import ContestError
from contest.settings import Settings, SettingWrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status says whether it worked."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except KeyboardInterrupt:
        return 130
    except ContestError as broken:
        sys.stderr.write(f"{broken.sentence('zh')}\n{broken.sentence('en')}\n")
        return 1
    except SettingWrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiangsai", description="匠赛 scoring for skills competitions")
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="serve the desk, the tablets and the boards on one port")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.add_argument("--role", choices=["all", "web", "board"])
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="build, migrate, plant a demo contest, serve it, and let it be judged")
    demo.add_argument("--port", type=int)
    demo.add_argument("--season", action="store_true", help="also a whole district season (2,736 entries)")
    demo.add_argument("--no-judges", action="store_true", help="no simulated judges")
    demo.add_argument("--pace", type=float, default=6.0, help="seconds a simulated judge takes for a mark")
    demo.set_defaults(run=_demo)

    for name, run, sentence in (
        ("build", _build, "build the front end if its sources changed"),
        ("migrate", _migrate, "bring the database to the newest schema"),
        ("documents", _documents, "write the generated documents and types"),
    ):
        command = commands.add_parser(name, help=sentence)
        command.set_defaults(run=run)

    score.add_commands(commands)
    venue_cert.add_command(commands)
    keys.add_commands(commands)
    keeping.add_commands(commands)

    administrator = commands.add_parser("administrator", help="make or reset an administrator's account")
    administrator.add_argument("login")
    administrator.set_defaults(run=_administrator)
    return parser


def _settings(chosen: argparse.Namespace) -> Settings:
    changes = {
        name: getattr(chosen, name) for name in ("host", "port", "role") if getattr(chosen, name, None) is not None
    }
    return Settings.from_environment(**changes)


def _serve(chosen: argparse.Namespace) -> int:
    from contest.app import create_app
    from contest.serving import serve

    settings = _settings(chosen)
    asyncio.run(_check_store(settings))
    serve(create_app(settings), settings)
    return 0


async def _check_store(settings: Settings) -> None:
    """Say what is wrong with the database before anything is served; a laptop's own file is kept up to date."""
    from contest.store.open import migrate, open_store

    if settings.role == "board":
        await _wait_for_store(settings.database_url)
        return
    if settings.database_url.startswith("sqlite:"):
        await migrate(settings.database_url)
    await (await open_store(settings.database_url, signing_key=settings.key_file)).close()


async def _wait_for_store(url: str) -> None:
    """Wait until the process that writes has made the database: boards may be started before it, or without it."""
    from contest.errors import StoreNotMigrated, StoreUnavailable
    from contest.store.open import open_store

    said = ""
    while True:
        try:
            return await (await open_store(url, readonly=True)).close()
        except (StoreNotMigrated, StoreUnavailable) as not_yet:
            if said != not_yet.code:
                said = not_yet.code
                sys.stderr.write(
                    f"{not_yet.sentence('zh')}\n{not_yet.sentence('en')}\n"
                    "看板等待数据库就绪…… The board waits for it …\n"
                )
                sys.stderr.flush()
        await asyncio.sleep(0.5)


def _demo(chosen: argparse.Namespace) -> int:
    from contest.app import create_app
    from contest.serving import serve
    from seed import demo

    # The addresses and sign-ins stay in sight: only what goes wrong is logged, unless it is asked for.
    os.environ.setdefault("JIANGSAI_LOG_LEVEL", "warning")
    settings = _settings(chosen)
    marking = not chosen.no_judges
    _build(chosen)
    asyncio.run(_prepare(settings, season=chosen.season))
    with demo.judges(settings, pace=chosen.pace) if marking else contextlib.nullcontext():
        serve(create_app(settings), settings, ready=lambda: _say(demo.welcome(settings, marking=marking)))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


async def _prepare(settings: Settings, *, season: bool) -> None:
    from contest.store.open import migrate, open_store
    from seed import demo

    await migrate(settings.database_url)
    store = await open_store(settings.database_url, signing_key=settings.key_file)
    try:
        await demo.plant(store, settings, season=season)
    finally:
        await store.close()


def _build(_: argparse.Namespace) -> int:
    from contest.frontend import build_if_changed

    build_if_changed()
    return 0


def _migrate(chosen: argparse.Namespace) -> int:
    from contest.store.open import migrate

    asyncio.run(migrate(_settings(chosen).database_url))
    return 0


def _documents(_: argparse.Namespace) -> int:
    from contest.documents import write

    write(Path(__file__).resolve().parent.parent)
    return 0


def _administrator(chosen: argparse.Namespace) -> int:
    password = os.environ.get("JIANGSAI_NEW_PASSWORD") or getpass.getpass("Password 密码: ")
    asyncio.run(_make_administrator(_settings(chosen), chosen.login, password))
    return 0


async def _make_administrator(settings: Settings, login: str, password: str) -> None:
    from contest.actions.accounts import make_administrator
    from contest.store.open import migrate, open_store

    await migrate(settings.database_url)
    store = await open_store(settings.database_url, signing_key=settings.key_file)
    try:
        await make_administrator(store, login, password)
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(main())
