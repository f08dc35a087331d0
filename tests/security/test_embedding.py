"""Another site shows our pages inside its own: in Chromium, the listed site may show the resident page, nobody the desk."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.console.browser import chromium_here
from tests.console.desk import running_desk

pytestmark = pytest.mark.browser


class Site(BaseHTTPRequestHandler):
    """A page with a frame; the address of what it frames stands in the query."""

    def do_GET(self):
        page = f'<!doctype html><title>site</title><iframe id="frame" src="{self.path.partition("?")[2]}"></iframe>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def sites():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Site) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [f"http://localhost:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def desk(sites, tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("framed"), BOT_FRAME_ANCESTORS=sites[0]) as running:
        yield running


def framed(browser, site, address):
    """What stands in the frame: the address that was loaded, or the browser's error page."""
    page = browser.new_page()
    page.goto(f"{site}/?{address}", wait_until="load")
    frame = page.frames[1]
    # The error page comes into the frame a moment after the load event.
    while not frame.url:
        page.wait_for_timeout(50)
    where = frame.url
    words = "" if where.startswith("chrome-error:") else frame.evaluate("document.body.innerText")
    page.close()
    return where, words


def test_the_listed_site_shows_the_resident_page_and_nobody_else_does(desk, sites):
    with chromium_here() as browser:
        listed, other = sites
        where, words = framed(browser, listed, f"{desk.url}/")
        assert where == f"{desk.url}/" and "示例区公共法律服务" in words
        assert framed(browser, other, f"{desk.url}/")[0].startswith("chrome-error:")
        assert framed(browser, listed, f"{desk.url}/console/login")[0].startswith("chrome-error:")
