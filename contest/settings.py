"""How this installation is set up: the only place that reads the environment.

Every setting is one field with its meaning beside it; `docs/settings.md` is compared with this class. A variable
that starts with `JIANGSAI_` and names no setting is refused, so that a typing error is not a silent default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Literal, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

PREFIX = "JIANGSAI_"

_ELSEWHERE = ("JIANGSAI_NEW_PASSWORD", "JIANGSAI_DIST", "JIANGSAI_TEST_")
"""Variables with our prefix that are no settings of the service: of one command, the build, the tests."""

_PLAIN = {"database_url": "DATABASE_URL", "port": "PORT"}
"""Settings whose variable has the name that hosting platforms give it."""


class SettingWrong(Exception):
    """A variable of the environment has a value that cannot be meant, or names no setting."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may decide about one installation. All of it, and nothing else."""

    database_url: Annotated[
        str,
        Meta(
            pattern="^(sqlite|postgresql)://",
            description="Where the book is kept: `sqlite:///path` or `postgresql://user:password@host/database`.",
        ),
    ] = "sqlite:///var/jiangsai.db"
    host: Annotated[
        str, Meta(description="Address to listen on; `0.0.0.0` lets tablets of the hall reach this machine.")
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on.")] = 8000
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/]+)?$",
            description="Address under which browsers reach the service, printed into QR codes; "
            "empty: the address of the request.",
        ),
    ] = ""
    allowed_hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Further names (`name` for any port, `name:port` for one) that requests may address. "
            "`localhost`, loopback addresses, the host of `public_url` and the address a connection arrived at "
            "are always allowed."
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` "
            "are believed; empty: nobody's."
        ),
    ] = ()
    metrics_token: Annotated[
        str,
        Meta(description="Bearer token that may read `/metrics` from elsewhere; empty: this machine only."),
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least severity that is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="`text` for people, `json` for machines; one line an event.")
    ] = "text"
    sign_in_hours: Annotated[
        int, Meta(ge=1, le=720, description="A sign-in ends after so many hours without a request.")
    ] = 12
    requests_per_minute: Annotated[
        int, Meta(ge=1, description="Requests that one sign-in or one tablet may make in a minute.")
    ] = 600
    requests_per_minute_and_address: Annotated[
        int,
        Meta(ge=1, description="Requests from one network address in a minute; a whole hall may share one."),
    ] = 6000
    requests_per_minute_in_all: Annotated[
        int, Meta(ge=1, description="Requests in a minute from everybody together.")
    ] = 60000
    sign_ins_per_minute: Annotated[
        int, Meta(ge=1, description="Attempts to sign in from one network address, and for one login, a minute.")
    ] = 20
    pairings_per_minute: Annotated[
        int, Meta(ge=1, description="Attempts to pair a tablet from one network address in a minute.")
    ] = 30
    pairings_per_minute_in_all: Annotated[
        int,
        Meta(ge=1, description="Wrong pairing codes from everybody together in a minute; then all wait."),
    ] = 60
    demo: Annotated[bool, Meta(description="Show the demo sign-ins on the first page. Never for real data.")] = (
        False
    )
    role: Annotated[
        Literal["all", "web", "board"],
        Meta(
            description="What this process serves: `all`; `web` (the same, named for a larger installation); "
            "`board` (public boards only, never writes)."
        ),
    ] = "all"

    def __post_init__(self) -> None:
        for network in self.trusted_proxies:
            ip_network(network)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, /, **changes: object) -> Settings:
        """Read the environment once; `changes` (of the command line) go first. SettingWrong says what is wrong."""
        environ = os.environ if environ is None else environ
        names = {variable_of(field.name): field.name for field in msgspec.structs.fields(cls)}
        for key in sorted(environ):
            if key.startswith(PREFIX) and key not in names and not key.startswith(_ELSEWHERE):
                raise SettingWrong(f"{key} names no setting 没有这个设置; see docs/settings.md")
        given: dict[str, object] = {names[key]: value for key, value in environ.items() if key in names and value}
        for name in ("allowed_hosts", "trusted_proxies"):
            if name in given:
                given[name] = [part.strip() for part in str(given[name]).split(",") if part.strip()]
        try:
            return msgspec.convert(given | changes, cls, strict=False)
        except (msgspec.ValidationError, ValueError) as wrong:
            raise SettingWrong(f"a setting cannot be meant 设置有误: {wrong}") from wrong

    @property
    def public_host(self) -> str:
        """The host of `public_url`, with its port if it names one; empty when not set."""
        return urlsplit(self.public_url).netloc.lower()


class Setting(msgspec.Struct, frozen=True):
    """One setting as the handbook prints it."""

    name: str
    variable: str
    default: str
    meaning: str


def variable_of(name: str) -> str:
    """Name the environment variable of a setting."""
    return _PLAIN.get(name, PREFIX + name.upper())


def catalogue() -> list[Setting]:
    """Every setting with its variable, default and meaning, in the order of the class."""
    hints = get_type_hints(Settings, include_extras=True)
    return [
        Setting(
            field.name,
            variable_of(field.name),
            _printed(field.default),
            hints[field.name].__metadata__[0].description,
        )
        for field in msgspec.structs.fields(Settings)
    ]


def _printed(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)
