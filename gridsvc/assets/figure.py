"""A folium page that needs no network: every script and style is the vendored one.

folium and branca name some seventy addresses on public CDNs, and plugins and colour maps add their own while
they render. `OfflineFigure` looks at the links after everything has rendered and before the page is put
together, so it catches them all without patching a class of folium, and refuses what it does not know.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import re
from collections.abc import Collection, Iterable
from html import escape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlparse

import orjson
from branca.element import CssLink, Element, Figure, JavascriptLink, Link
from jinja2 import Template

from gridsvc.assets.font import embedded_font_face
from gridsvc.assets.paths import asset_path
from gridsvc.errors import ServiceFailed, Text

# Last part of an address that folium names → the vendored file; None: a page is whole without it.
KNOWN_LINKS: dict[str, str | None] = {
    "all.min.css": "@fortawesome/fontawesome-free/css/all.min.css",
    "bootstrap-glyphicons.css": None,
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "d3.min.js": "d3/d3.min.js",
    "jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "jquery.min.js": "jquery/dist/jquery.min.js",
    "leaflet.awesome-markers.css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
    "leaflet.awesome-markers.js": "leaflet.awesome-markers/dist/leaflet.awesome-markers.min.js",
    "leaflet.awesome.rotate.min.css": None,
    "leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet_heat.min.js": "leaflet.heat/dist/leaflet-heat.js",
}

# What folium links for markers and popups with pictures; a page of areas and heat does without.
MARKER_PACKAGES = frozenset(
    {"@fortawesome/fontawesome-free", "bootstrap", "jquery", "leaflet.awesome-markers"}
)

# The page may use what it carries and nothing else; the browser holds it to that.
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
    " img-src data: blob:; font-src data:"
)


class OfflineFigure(Figure):
    """A branca figure whose links are all local.

    Parameters
    ----------
    title : plain text; escaped.
    base : address under which a server has the vendored files, such as `/assets/`; None puts everything
        into the one file, and a content security policy besides that forbids it any request.
    without : packages whose links are dropped because the page does not use them.
    language : of the page, as in `<html lang>`.
    """

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}">\n<head>\n'
        '<meta charset="utf-8">\n'
        "{% if this.policy %}"
        '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
        "{% endif %}"
        "{% if this.title %}<title>{{ this.title }}</title>\n{% endif %}"
        "{{ this.header.render(**kwargs) }}\n"
        "</head>\n<body>\n"
        "{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n</html>\n"
    )

    def __init__(
        self,
        *,
        title: str = "",
        base: str | None = None,
        without: Collection[str] = (),
        language: str = "zh-CN",
        **sizes: Any,
    ) -> None:
        super().__init__(title=escape(title), **sizes)
        self.base = base
        self.without = frozenset(without)
        self.language = escape(language)
        self.policy = _CONTENT_POLICY if base is None else ""

    def render(self, **kwargs: Any) -> str:
        """Return the page.

        Raises
        ------
        ServiceFailed
            `unknown_asset`: something on the page links an address that is not vendored.
        """
        for child in self._children.values():
            child.render(**kwargs)
        for holder in (self.header, self.html, self.script):
            for key, element in list(holder._children.items()):
                if isinstance(element, Link):
                    self._localise(holder, key, element)
        page: str = self._template.render(this=self, kwargs=kwargs)
        if left := foreign_addresses(page):
            raise _unknown(", ".join(left))
        return page

    def _localise(self, holder: Element, key: str, element: Link) -> None:
        # A page rendered a second time has its local addresses already.
        if self.base is not None and element.url.startswith(self.base):
            return
        name = PurePosixPath(urlparse(element.url).path).name
        if name not in KNOWN_LINKS:
            raise _unknown(element.url)
        asset = KNOWN_LINKS[name]
        if asset is None or any(asset.startswith(package + "/") for package in self.without):
            del holder._children[key]
        elif self.base is not None:
            element.url = self.base + asset
        elif isinstance(element, JavascriptLink):
            holder._children[key] = Verbatim(f"<script>{_script(asset)}</script>")
        elif isinstance(element, CssLink):
            holder._children[key] = Verbatim(f"<style>{_style(asset_path(asset))}</style>")


def script_json(data: Any) -> str:
    """Return `data` as JSON that is safe inside a script element: no character in it can end the element."""
    escaped = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode()
    for character in "<>&\u2028\u2029":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


class Verbatim(Element):
    """Markup taken as it is. (A branca `Element` of a string would run it as a Jinja template.)"""

    _template = Template("{{ this.markup }}")

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self.markup = markup


def _unknown(address: str) -> ServiceFailed:
    return ServiceFailed(
        "unknown_asset",
        Text(
            f"页面引用了未随安装提供的资源：{address}。", f"the page links what is not vendored: {address}."
        ),
        remedy=Text(
            "请把它加入 gridsvc/assets 的 package.json、contents.py 和 KNOWN_LINKS。",
            "Add it to package.json, contents.py and KNOWN_LINKS in gridsvc/assets.",
        ),
    )


def _script(asset: str) -> str:
    code = asset_path(asset).read_text("utf-8").replace("</script", "<\\/script")
    if asset == "leaflet/dist/leaflet.js":
        # Leaflet guesses the folder of its pictures from its style sheet's address, and has none here.
        # On a line of its own: leaflet.js ends in a comment.
        pictures = {
            option: _data_address(asset_path(f"leaflet/dist/images/{file}"))
            for option, file in (
                ("iconUrl", "marker-icon.png"),
                ("iconRetinaUrl", "marker-icon-2x.png"),
                ("shadowUrl", "marker-shadow.png"),
            )
        }
        code += "\n;delete L.Icon.Default.prototype._getIconUrl;"
        code += f"L.Icon.Default.mergeOptions({json.dumps(pictures)});"
    return code


def _style(sheet: Path) -> str:
    def inlined(match: re.Match[str]) -> str:
        named = match[1]
        if named.startswith(("data:", "#")):
            return match[0]
        file = (sheet.parent / re.split(r"[?#]", named)[0]).resolve()
        # Old font formats are not vendored: the browser takes the next `src` of the rule.
        return f"url({_data_address(file)})" if file.is_file() else "url(data:,)"

    return re.sub(r"url\([\"']?([^\"')]+)[\"']?\)", inlined, sheet.read_text("utf-8"))


def _data_address(file: Path) -> str:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def foreign_addresses(page: str) -> list[str]:
    """Return the addresses on other hosts that a browser would fetch when it opens `page`."""
    reader = _Fetches()
    reader.feed(page)
    reader.close()
    return reader.found


class _Fetches(HTMLParser):
    """Collects what tags and style sheets fetch; an anchor fetches nothing, a script is only text here."""

    _FETCHING = frozenset({"src", "href", "srcset", "poster", "data"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag == "a":
            return
        for name, value in attrs:
            if value and name in self._FETCHING and re.match(r"\s*(?:[a-z]+:)?//", value, re.IGNORECASE):
                self.found.append(value.strip())
            elif value and name == "style":
                self._read_style(value)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._read_style(data)

    def _read_style(self, sheet: str) -> None:
        self.found += re.findall(r"(?:url\(|@import)\s*[\"']?\s*((?:https?:)?//[^\"')\s]+)", sheet)


class PageScript(Element):
    """A page's own style and script, with the glyphs of its text, and the call that starts it.

    (A branca `MacroElement` would run what it renders as a template.)
    """

    def __init__(self, *, style: Path, script: Path, glyphs: Iterable[str], call: str) -> None:
        super().__init__()
        self._name = "PageScript"
        font = embedded_font_face("gridsvc", glyphs)
        self.head = (
            f"<style>{font}{style.read_text('utf-8')}</style><script>{script.read_text('utf-8')}</script>"
        )
        self.call = call

    def render(self, **_: Any) -> str:
        """Add both to the figure."""
        figure = self.get_root()
        assert isinstance(figure, Figure)
        figure.header.add_child(Verbatim(self.head), name=self.get_name())
        figure.script.add_child(Verbatim(self.call), name=self.get_name())
        return ""
