"""A hall's own authority and certificate: believed for the hall's names, and worth nothing for any other."""

import ssl
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from contest.cli import main
from contest.errors import AuthorityElsewhere, BadInput
from contest.venue_cert import MOST_DAYS, issue


def believed(folder, name: str, authority=None) -> bool:
    """Whether a browser that has installed the authority would believe the certificate for a name."""
    chain = x509.load_pem_x509_certificates((folder / "server.pem").read_bytes())
    roots = [authority or x509.load_der_x509_certificate((folder / "ca.cer").read_bytes())]
    asked = x509.DNSName(name)
    verifier = PolicyBuilder().store(Store(roots)).time(datetime.now(UTC)).build_server_verifier(asked)
    try:
        verifier.verify(chain[0], chain[1:])
    except VerificationError:
        return False
    return True


def signed_by(folder, name: str):
    """A certificate that the hall's authority signs for somebody else's name, behind everybody's back."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    ours = x509.load_pem_x509_certificates((folder / "server.pem").read_bytes())[0]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
    )
    for extension in ours.extensions:
        if not isinstance(extension.value, x509.SubjectAlternativeName | x509.SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(signer, hashes.SHA256())


def test_tablets_believe_the_hall_s_names_and_the_authority_can_vouch_for_no_other(tmp_path):
    issued = issue(tmp_path, ("hall.example", "marks.hall.example"))
    assert issued.new_authority
    assert believed(tmp_path, "hall.example")
    assert believed(tmp_path, "marks.hall.example")
    assert not believed(tmp_path, "bank.example")
    forged = signed_by(tmp_path, "bank.example").public_bytes(serialization.Encoding.PEM)
    (tmp_path / "server.pem").write_bytes(forged)
    assert not believed(tmp_path, "bank.example")
    own = signed_by(tmp_path, "hall.example").public_bytes(serialization.Encoding.PEM)
    (tmp_path / "server.pem").write_bytes(own)
    assert believed(tmp_path, "hall.example"), "the same way of forging works for what is allowed"


def test_private_keys_are_their_owner_s_alone(tmp_path):
    issue(tmp_path, ("192.168.8.2",))
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.new"))


def test_a_new_certificate_leaves_the_authority_that_tablets_have(tmp_path):
    first = issue(tmp_path, ("hall.example",), days=30)
    before = (tmp_path / "server.pem").read_bytes()
    again = issue(tmp_path, ("hall.example",))
    assert (again.fingerprint, again.new_authority) == (first.fingerprint, False)
    assert (tmp_path / "server.pem").read_bytes() != before
    assert again.until - first.until > timedelta(days=300)
    with pytest.raises(AuthorityElsewhere, match=r"hall\.example"):
        issue(tmp_path, ("other.example",))
    anew = issue(tmp_path, ("other.example",), anew=True)
    assert anew.new_authority
    assert anew.fingerprint != first.fingerprint


@pytest.mark.parametrize(
    "name", ["hall", "hall_1.example", "-a.example", "a b.example", "https://hall.example", ""]
)
def test_a_name_that_no_browser_opens_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(BadInput, match="name"):
        issue(tmp_path / "to", ("hall.example", name))
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("days", [0, MOST_DAYS + 1])
def test_no_browser_believes_longer(tmp_path, days):
    with pytest.raises(BadInput, match="days"):
        issue(tmp_path, ("hall.example",), days=days)


def test_the_command_says_what_to_do_next_and_python_s_tls_reads_the_files(tmp_path, capsys):
    folder = tmp_path / "venue"
    assert main(["venue-cert", "hall.example", "10.0.0.7", "--to", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "https://hall.example:8000" in said
    assert "SHA-256" in said
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    assert main(["venue-cert", "elsewhere.example", "--to", str(folder)]) == 1
    assert "根证书" in capsys.readouterr().err
