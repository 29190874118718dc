"""How this installation is set up: the only place that reads the environment.

Every setting is one field with its meaning beside it; `docs/settings.md` is compared with this class. A variable
that starts with `JIANGSAI_` and names no setting is refused, so that a typing error is not a silent default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints
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
            extra={"zh": "数据保存在哪里：`sqlite:///路径` 或 `postgresql://用户:密码@主机/数据库`。"},
        ),
    ] = "sqlite:///var/jiangsai.db"
    doorbell_url: Annotated[
        str,
        Meta(
            pattern="^((redis|rediss|unix)://.*)?$",
            description="Redis or Valkey through which nodes tell each other to look into the book "
            "(`redis://host:6379/0`); empty: PostgreSQL and SQLite ring themselves. Only numbers go through it.",
            extra={
                "zh": "各节点借以互相提醒「去看账本」的 Redis 或 Valkey（`redis://主机:6379/0`）；"
                "留空则由 PostgreSQL、SQLite 自己提醒。其中只传编号。"
            },
        ),
    ] = ""
    signing_key: Annotated[
        str,
        Meta(
            min_length=1,
            description="File of the key that signs every commit; made at the first start, readable by its owner "
            "only. Keep a copy away from the database.",
            extra={"zh": "签名密钥文件，给每次入库签名；首次启动时建立，只有属主可读。请另存一份，与数据库分开。"},
        ),
    ] = "var/keys/signing.pem"
    host: Annotated[
        str,
        Meta(
            description="Address to listen on; `0.0.0.0` lets tablets of the hall reach this machine.",
            extra={"zh": "监听的地址；`0.0.0.0` 让会场内的平板能连到本机。"},
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on.", extra={"zh": "监听的端口。"})] = (
        8000
    )
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/]+)?$",
            description="Address under which browsers reach the service, printed into QR codes; "
            "empty: the address of the request.",
            extra={"zh": "浏览器访问本系统的地址，印在二维码里；留空则用请求的地址。"},
        ),
    ] = ""
    allowed_hosts: Annotated[
        tuple[str, ...],
        Meta(
            description="Further names (`name` for any port, `name:port` for one) that requests may address. "
            "`localhost`, loopback addresses, the host of `public_url` and the address a connection arrived at "
            "are always allowed.",
            extra={"zh": "请求还可以使用的主机名（`name` 任意端口，`name:port` 指定端口），用逗号分隔。"},
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` "
            "are believed; empty: nobody's.",
            extra={
                "zh": "哪些代理的 `X-Forwarded-For`、`X-Forwarded-Proto` 可信（地址或网段，逗号分隔）；"
                "留空则都不信。"
            },
        ),
    ] = ()
    tls_certificate: Annotated[
        str,
        Meta(
            description="File with the certificate (and its chain) under which the service speaks HTTPS itself; "
            "empty: plain HTTP, for this machine or behind a proxy. `jiangsai venue-cert` makes one for a hall.",
            extra={
                "zh": "本系统直接提供 HTTPS 所用的证书（含证书链）文件；留空则为 HTTP，只供本机或放在代理之后。"
                "`jiangsai venue-cert` 可为会场生成。"
            },
        ),
    ] = ""
    tls_key: Annotated[
        str,
        Meta(
            description="File with the private key of `tls_certificate`.",
            extra={"zh": "`tls_certificate` 的私钥文件。"},
        ),
    ] = ""
    metrics_token: Annotated[
        str,
        Meta(
            description="Bearer token that may read `/metrics` from elsewhere; empty: this machine only.",
            extra={"zh": "从别的机器读取 `/metrics` 的令牌；留空则只有本机能读。"},
        ),
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="Least severity that is logged.", extra={"zh": "记录的最低级别。"}),
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"],
        Meta(
            description="`text` for people, `json` for machines; one line an event.",
            extra={"zh": "`text` 给人看，`json` 给程序读；每件事一行。"},
        ),
    ] = "text"
    sign_in_hours: Annotated[
        int,
        Meta(
            ge=1,
            le=720,
            description="A sign-in ends after so many hours without a request.",
            extra={"zh": "多少小时没有操作后需要重新登录。"},
        ),
    ] = 12
    requests_per_minute: Annotated[
        int,
        Meta(
            ge=1,
            description="Requests that one sign-in or one tablet may make in a minute.",
            extra={"zh": "一次登录或一台平板每分钟最多的请求数。"},
        ),
    ] = 3000
    requests_per_minute_and_address: Annotated[
        int,
        Meta(
            ge=1,
            description="Requests from one network address in a minute; a whole hall may share one.",
            extra={"zh": "同一网络地址每分钟最多的请求数；整个会场可能共用一个地址。"},
        ),
    ] = 6000
    requests_per_minute_in_all: Annotated[
        int,
        Meta(
            ge=1,
            description="Requests in a minute from everybody who is not signed in, together.",
            extra={"zh": "所有未登录者合计每分钟最多的请求数。"},
        ),
    ] = 60000
    sign_ins_per_minute: Annotated[
        int,
        Meta(
            ge=1,
            description="Failed sign-ins from one network address in a minute; ten times that for one login.",
            extra={"zh": "同一地址每分钟最多登录失败的次数；同一账号从各处合计为十倍。"},
        ),
    ] = 20
    pairings_per_minute: Annotated[
        int,
        Meta(
            ge=1,
            description="Wrong pairing codes from one network address in a minute.",
            extra={"zh": "同一地址每分钟最多输错的配对码。"},
        ),
    ] = 30
    pairings_per_minute_in_all: Annotated[
        int,
        Meta(
            ge=1,
            description="Wrong pairing codes from everybody together in a minute; then all wait.",
            extra={"zh": "所有人合计每分钟最多输错的配对码；超过后都须等待。"},
        ),
    ] = 60
    role: Annotated[
        Literal["all", "web", "board"],
        Meta(
            description="What this process serves: `all`; `web` (the same, named for a larger installation); "
            "`board` (public boards only, never writes).",
            extra={
                "zh": "本进程提供什么：`all` 全部；`web` 同样是全部（较大的部署中的叫法）；"
                "`board` 只有公开看板，从不写入。"
            },
        ),
    ] = "all"

    def __post_init__(self) -> None:
        for network in self.trusted_proxies:
            ip_network(network)
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate and tls_key belong together 证书与私钥须同时设置")

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
    def key_file(self) -> Path:
        """Where the signing key lies."""
        return Path(self.signing_key)

    @property
    def public_host(self) -> str:
        """The host of `public_url`, with its port if it names one; empty when not set."""
        return urlsplit(self.public_url).netloc.lower()


class Setting(msgspec.Struct, frozen=True):
    """One setting as the handbook prints it."""

    name: str
    variable: str
    default: str
    zh: str
    en: str


def variable_of(name: str) -> str:
    """Name the environment variable of a setting."""
    return _PLAIN.get(name, PREFIX + name.upper())


def catalogue() -> list[Setting]:
    """Every setting with its variable, default and meaning in both languages, in the order of the class."""
    hints = get_type_hints(Settings, include_extras=True)
    return [
        Setting(field.name, variable_of(field.name), _printed(field.default), *_meaning(hints[field.name]))
        for field in msgspec.structs.fields(Settings)
    ]


def _meaning(hint: Any) -> tuple[str, str]:
    meta: Meta = hint.__metadata__[0]
    return str((meta.extra or {})["zh"]), str(meta.description)


def _printed(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)
