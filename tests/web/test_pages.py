"""What the pages and their files are served with."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from httpx2 import Client

from gridsvc.assets.contents import CONTENTS
from gridsvc.assets.figure import foreign_addresses
from gridsvc.errors import Text
from gridsvc.web import sign_in_page
from gridsvc.web.files import STATIC, Files
from tests.web.conftest import Console


@pytest.fixture(scope="module")
def client(console: Console):
    with Client(base_url=console.address, follow_redirects=False) as client:
        yield client


def test_the_console_needs_a_session_and_its_files_do_not(client: Client, console: Console):
    refused = client.get("/", headers={"Accept": "text/html"})
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/sign-in")
    page = client.get("/", headers={"Authorization": f"Bearer {console.key}"})
    assert page.status_code == 200
    for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text):
        assert client.get(name).status_code == 200, name


def test_the_page_runs_no_inline_script_and_fetches_nothing_else(client: Client, console: Console):
    page = client.get("/", headers={"Authorization": f"Bearer {console.key}"})
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert foreign_addresses(page.text) == []
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|<style|style=", page.text)


@pytest.mark.parametrize("path", sorted(path.name for path in STATIC.iterdir()))
def test_own_files_name_no_other_host(path: str):
    content = (STATIC / path).read_text("utf-8").replace('"http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|innerHTML|insertAdjacentHTML|document\.write|\beval\(", content)


def test_files_come_with_a_tag_and_only_once(client: Client):
    first = client.get("/assets/leaflet/dist/leaflet.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert "max-age=86400" in first.headers["cache-control"]
    assert first.headers["content-encoding"] == "gzip"
    again = client.get("/assets/leaflet/dist/leaflet.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    plain = client.get("/assets/leaflet/dist/leaflet.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == first.text
    own = client.get("/assets/console/main.js")
    assert own.headers["cache-control"] == "no-cache"
    assert own.headers["etag"]


@pytest.mark.parametrize(
    "name", ["none.js", "console/console.html", "", ".installed", "..%2f..%2fsettings.py"]
)
def test_other_files_are_not_there(client: Client, name: str):
    assert client.get("/assets/" + name).status_code == 404


@pytest.mark.parametrize("name", ["../web/pages.py", "leaflet/../leaflet/dist/leaflet.js", "/etc/passwd"])
def test_no_path_leads_out_of_the_listed_files(name: str):
    assert name not in Files()


def test_every_package_and_its_licence_is_served():
    files = Files()
    for package in CONTENTS:
        assert any(f"{package}/{licence}" in files for licence in ("LICENSE", "LICENSE.txt"))


def test_the_icon(client: Client):
    assert client.get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.fields[str(given["name"])] = given.get("value")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sign_in_page_escapes_what_it_is_given(language: str):
    hostile = '"><script>alert(1)</script>'
    page = sign_in_page(language, Text("密钥<无效>。", "Wrong <key>."), f"/?next={hostile}")
    form = _Form()
    form.feed(page)
    assert form.fields == {"next": f"/?next={hostile}", "key": None}
    assert "<script" not in page
    assert ("密钥&lt;无效&gt;。" if language == "zh" else "Wrong &lt;key&gt;.") in page
    assert "gridsvc up" in page


def test_without_a_fault_there_is_no_alert():
    assert "alert" not in sign_in_page("zh", None, "/")
