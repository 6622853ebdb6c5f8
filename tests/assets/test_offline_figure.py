"""Folium pages that fetch nothing."""

from __future__ import annotations

import folium
import pytest
from branca.element import JavascriptLink
from folium.plugins import HeatMap, MarkerCluster

from gridsvc.assets.figure import MARKER_PACKAGES, OfflineFigure, Verbatim, foreign_addresses
from gridsvc.errors import ServiceFailed


def _map(figure: OfflineFigure) -> folium.Map:
    drawn = folium.Map(location=[34.245, 108.955], tiles=None, maxZoom=20)
    figure.add_child(drawn)
    HeatMap([[34.245, 108.955, 3]], name="热力").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    return drawn


def _square() -> dict[str, object]:
    ring = [[108.95, 34.24], [108.96, 34.24], [108.96, 34.25], [108.95, 34.24]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "id": "a", "properties": {"id": "a"}, "geometry": geometry}],
    }


def test_one_file_holds_everything_and_forbids_requests():
    figure = OfflineFigure(title="热点图")
    drawn = _map(figure)
    folium.Choropleth(_square(), data={"a": 3}, key_on="feature.id", legend_name="件").add_to(drawn)
    folium.Marker([34.245, 108.955], icon=folium.Icon(icon="flag", prefix="fa")).add_to(drawn)
    page = figure.render()
    assert foreign_addresses(page) == []
    assert "<script src=" not in page
    assert "default-src 'none'" in page
    assert "simpleheat" in page
    assert "Leaflet 1.9.4" in page


def test_linked_pages_point_at_the_server():
    figure = OfflineFigure(base="/assets/")
    _map(figure)
    page = figure.render()
    assert '<script src="/assets/leaflet/dist/leaflet.js">' in page
    assert foreign_addresses(page) == []
    assert foreign_addresses(figure.render()) == []


def test_packages_that_a_page_does_not_use_stay_out():
    figure = OfflineFigure(without=MARKER_PACKAGES)
    _map(figure)
    page = figure.render()
    assert "jQuery" not in page
    assert "bootstrap" not in page.lower()
    assert len(page) < 260_000


def test_an_unknown_link_is_refused():
    figure = OfflineFigure()
    MarkerCluster([[34.245, 108.955]]).add_to(_map(figure))
    with pytest.raises(ServiceFailed) as caught:
        figure.render()
    assert caught.value.code == "unknown_asset"


def test_a_link_hidden_in_markup_is_refused():
    figure = OfflineFigure()
    figure.html.add_child(Verbatim('<img src="//example.org/a.png">'))
    with pytest.raises(ServiceFailed, match="example"):
        figure.render()


def test_title_and_markup_are_no_templates():
    figure = OfflineFigure(title="</title><script>{{ 7 * 7 }}")
    figure.html.add_child(Verbatim("{{ 7 * 7 }}{% raise %}"))
    page = figure.render()
    assert "49" not in page
    assert "&lt;/title&gt;&lt;script&gt;{{ 7 * 7 }}" in page
    assert "{{ 7 * 7 }}{% raise %}" in page


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<script src="https://a.example/x.js"></script>', ["https://a.example/x.js"]),
        ("<link href='//a.example/x.css'>", ["//a.example/x.css"]),
        ("<style>@import 'https://a.example/y.css';</style>", ["https://a.example/y.css"]),
        ("<style>a{background:url(http://a.example/z.png)}</style>", ["http://a.example/z.png"]),
        ("<p style=\"background:url('//a.example/z.png')\">", ["//a.example/z.png"]),
        ('<a href="https://leafletjs.com">Leaflet</a>', []),
        ('<script>var a = "<img src=https://a.example/x.png>"</script>', []),
        ('<img src="data:image/png;base64,AAAA">', []),
    ],
)
def test_foreign_addresses(markup: str, found: list[str]):
    assert foreign_addresses(markup) == found


def test_a_link_of_any_name_is_recognised_by_its_file():
    figure = OfflineFigure(base="/assets/")
    figure.header.add_child(
        JavascriptLink("https://elsewhere.example/leaflet@9/leaflet.js?x=1"), name="other"
    )
    assert '<script src="/assets/leaflet/dist/leaflet.js">' in figure.render()
