"""A certificate for a hall: the tablets' pages work offline only under HTTPS, and a hall has no public name.

Makes a small authority of the installation's own and a certificate for the names under which the tablets open the
service. The authority may vouch for these names and for nothing else (RFC 5280, section 4.2.1.10), so installing
it on a tablet gives nobody power over the tablet's other connections.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contest.errors import AuthorityElsewhere, BadInput

AUTHORITY_DAYS = 5 * 365
MOST_DAYS = 397
"""Browsers believe no certificate that is valid for longer (CA/Browser Forum ballot SC31; Apple's limit)."""

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})+")

Named = x509.DNSName | x509.IPAddress


class Issued(NamedTuple):
    """What was made, and by which mark people know the authority again."""

    folder: Path
    names: tuple[str, ...]
    fingerprint: str
    until: datetime
    new_authority: bool


def issue(folder: Path, names: tuple[str, ...], *, days: int = MOST_DAYS, anew: bool = False) -> Issued:
    """Make the hall's certificate, and its authority unless the folder holds one.

    Leaves `ca.cer` (for tablets), `server.pem` and `server.key` (for the service), `ca.pem`, `ca.key` (to renew).
    Raises BadInput for a name that no browser opens, AuthorityElsewhere when the folder's authority is for others.
    """
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(field="days", problem=f"1–{MOST_DAYS}")
    wanted = [_named(name) for name in names]
    folder.mkdir(parents=True, exist_ok=True)
    there = (folder / "ca.key").exists() and not anew
    key, authority = _kept_authority(folder) if there else _new_authority(wanted)
    if there:
        _check_allowed(authority, wanted)
    server = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(server, wanted, days, key, authority)
    if not there:
        _write(folder / "ca.key", _private(key), secret=True)
        _write(folder / "ca.pem", authority.public_bytes(serialization.Encoding.PEM))
        _write(folder / "ca.cer", authority.public_bytes(serialization.Encoding.DER))
    chain = certificate.public_bytes(serialization.Encoding.PEM)
    _write(folder / "server.key", _private(server), secret=True)
    _write(folder / "server.pem", chain + authority.public_bytes(serialization.Encoding.PEM))
    digest = authority.fingerprint(hashes.SHA256()).hex().upper()
    pairs = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    return Issued(folder, names, pairs, certificate.not_valid_after_utc, not there)


def _named(name: str) -> Named:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    if len(name) > 253 or not _NAME.fullmatch(name.lower()):
        raise BadInput(field="name", problem=name[:80])
    return x509.DNSName(name.lower())


def _new_authority(wanted: list[Named]) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    made = datetime.now(UTC)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Jiangsai"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Jiangsai {wanted[0].value} {made:%Y-%m-%d}"),
        ]
    )
    # Where only names are allowed, every address must be forbidden by a rule of its own, and the other way round.
    builder = (
        _begun(subject, subject, key.public_key(), made, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(wanted), _excluded(wanted)), critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())


def _permitted(wanted: list[Named]) -> list[x509.GeneralName]:
    return [
        x509.IPAddress(ip_network(one.value)) if isinstance(one, x509.IPAddress) else x509.DNSName(one.value)
        for one in wanted
    ]


def _excluded(wanted: list[Named]) -> list[x509.GeneralName] | None:
    if any(isinstance(one, x509.IPAddress) for one in wanted):
        return None
    return [x509.IPAddress(ip_network("0.0.0.0/0")), x509.IPAddress(ip_network("::/0"))]


def _certificate(
    server: ec.EllipticCurvePrivateKey,
    wanted: list[Named],
    days: int,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(wanted[0].value)[:64])])
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        _begun(subject, authority.subject, server.public_key(), datetime.now(UTC), days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return builder.sign(key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, made: datetime, days: int
) -> x509.CertificateBuilder:
    # A day back: a tablet whose clock is late must not refuse what was made this morning.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(made - timedelta(days=1))
        .not_valid_after(made + timedelta(days=days - 1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _kept_authority(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    try:
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    except (OSError, ValueError, TypeError) as problem:
        raise BadInput(field="to", problem=f"{folder}: {problem}"[:200]) from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != authority.public_key():
        raise BadInput(field="to", problem=f"{folder}: ca.key ≠ ca.pem")
    return key, authority


def _check_allowed(authority: x509.Certificate, wanted: list[Named]) -> None:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = constraints.permitted_subtrees or []
    allowed = {str(one.value).removesuffix("/32").removesuffix("/128") for one in permitted}
    if not {str(one.value) for one in wanted} <= allowed:
        raise AuthorityElsewhere(names=", ".join(sorted(allowed)))


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Replace a file as a whole; a secret one is readable by its owner alone from its first byte."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(0o600 if secret else 0o644, exist_ok=False)
    fresh.write_bytes(content)
    fresh.replace(path)


# ---- the command ---------------------------------------------------------------------------------------------


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `venue-cert` to the `jiangsai` command."""
    command = commands.add_parser(
        "venue-cert", help="make a hall's own authority and certificate, so that tablets work offline"
    )
    command.add_argument("names", nargs="+", metavar="NAME", help="name or address that the tablets open")
    command.add_argument("--to", type=Path, default=Path("var/venue"), help="folder for the files")
    command.add_argument("--days", type=int, default=MOST_DAYS, help=f"days, {MOST_DAYS} at most")
    command.add_argument("--new-authority", action="store_true", help="make a new authority as well")
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    issued = issue(chosen.to, tuple(chosen.names), days=chosen.days, anew=chosen.new_authority)
    sys.stdout.write(_told(issued))
    return 0


def _told(issued: Issued) -> str:
    name, folder = issued.names[0], issued.folder
    start = (
        f"JIANGSAI_TLS_CERTIFICATE={folder}/server.pem JIANGSAI_TLS_KEY={folder}/server.key \\\n"
        f"  JIANGSAI_PUBLIC_URL=https://{name}:8000 jiangsai serve --host 0.0.0.0"
    )
    install_zh = "平板安装根证书一次" if issued.new_authority else "根证书未变，平板不必再装"
    install_en = "install it once on each tablet" if issued.new_authority else "tablets have it already"
    return (
        f"证书有效至 {issued.until:%Y-%m-%d}：{', '.join(issued.names)}\n"
        f"valid until {issued.until:%Y-%m-%d}\n\n"
        f"1. 启动 start:\n  {start}\n"
        f"2. {install_zh}：{folder}/ca.cer 或 https://{name}:8000/ca.cer\n   {install_en}\n"
        f"   SHA-256 {issued.fingerprint}\n"
        "3. 详见 see docs/venue-network.md\n"
    )
