"""A hall with an authority of its own: under HTTPS the tablet's page is kept for offline use."""

import base64
import hashlib
import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, Playwright, expect
from websockets.sync.client import connect

from contest.venue_cert import issue
from tests.journeys.running import CHROMIUM_FLAGS, LONG, PATIENCE, Service, until

HALL = "hall.example"


class VenueService(Service):
    """The service as a hall runs it: it speaks HTTPS itself."""

    def __init__(self, folder: Path) -> None:
        issue(folder / "venue", (HALL, "127.0.0.1"))
        super().__init__(
            folder,
            tls_certificate=str(folder / "venue" / "server.pem"),
            tls_key=str(folder / "venue" / "server.key"),
            allowed_hosts=HALL,
        )
        self.url = f"https://127.0.0.1:{self.port}"
        self.trust = ssl.create_default_context()
        self.trust.load_verify_locations(cadata=(folder / "venue" / "ca.cer").read_bytes())

    @property
    def pin(self) -> str:
        """The certificate's key as Chromium is told to believe it, for this test alone."""
        certificate = x509.load_pem_x509_certificates((self.folder / "venue" / "server.pem").read_bytes())[0]
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(key).digest()).decode()


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory, built_pages: None) -> Iterator[VenueService]:
    with VenueService(tmp_path_factory.mktemp("venue")).started() as running:
        yield running


@pytest.fixture
def tablet(venue: VenueService, playwright: Playwright, chromium: str) -> Iterator[Callable[[str], Page]]:
    flags = [
        *CHROMIUM_FLAGS,
        f"--host-resolver-rules=MAP {HALL} 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={venue.pin}",
    ]
    browser = playwright.chromium.launch(executable_path=chromium, args=flags, timeout=1000 * LONG)

    def opened(address: str) -> Page:
        page = browser.new_page(locale="zh-CN", viewport={"width": 800, "height": 1280})
        page.goto(address)
        return page

    yield opened
    browser.close()


def test_under_the_hall_s_certificate_the_page_is_kept_and_opens_without_a_network(venue, tablet):
    page = tablet(f"https://{HALL}:{venue.port}/judge")
    expect(page.get_by_text("此网址不能离线使用")).to_have_count(0)
    assert page.evaluate("isSecureContext && navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    until(
        lambda: page.evaluate("navigator.serviceWorker.controller !== null"),
        what="the worker looks after the page",
    )
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("main")).to_be_visible()


def test_a_tablet_gets_the_authority_from_the_service_itself(venue):
    answer = httpx.get(f"{venue.url}/ca.cer", verify=venue.trust, timeout=PATIENCE)
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert answer.content == (venue.folder / "venue" / "ca.cer").read_bytes()


def test_live_messages_go_through_the_encryption_and_nothing_goes_around_it(venue):
    address = f"wss://127.0.0.1:{venue.port}/live/seat"
    with connect(address, ssl=venue.trust, origin=venue.url, open_timeout=PATIENCE) as socket:
        for _ in range(3):
            socket.send('{"type":"open_sheet","session":"nowhere"}')
            assert re.search('"code":"hello_expected"', str(socket.recv(PATIENCE)))
