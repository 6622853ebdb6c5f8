"""The notebooks run from top to bottom on the sample, and are kept without outputs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient

from gridsvc.settings import get_settings
from tests.throwaway import Server

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


class Home(NamedTuple):
    """A database and a data folder that all notebooks share: the first loads the sample."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def home(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with server.fresh(template=server.template, label="notebooks") as url:
        yield Home(url, tmp_path_factory.mktemp("home"))


class Ran(NamedTuple):
    printed: str
    pictures: list[bytes]
    folder: Path


def run_notebook(name: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setenv("GRIDSVC_DATABASE_URL", home.url)
    monkeypatch.setenv("GRIDSVC_HOME", str(home.folder))
    get_settings.cache_clear()
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    )
    client.execute()
    get_settings.cache_clear()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    pictures = [
        base64.b64decode(output.data["image/png"])
        for output in outputs
        if "image/png" in output.get("data", {})
    ]
    assert all(picture[:4] == b"\x89PNG" for picture in pictures)
    return Ran("".join(output.get("text", "") for output in outputs), pictures, home.folder / "notebook")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_kept_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.timeout(1200)
def test_from_the_sample_to_a_resolution_and_a_heatmap(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run_notebook("sample_to_heatmap", home, monkeypatch)
    assert "610103" in ran.printed
    assert "非法小广告" in ran.printed
    assert len(ran.pictures) == 1
    assert "非法小广告" in (ran.folder / "small-ads-at-night.html").read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_month_of_small_ads(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run_notebook("month_of_small_ads", home, monkeypatch)
    assert "12 个埋设的市场，找到" in ran.printed
    assert "未巡查" in ran.printed
    assert len(ran.pictures) == 2
    assert {file.suffix for file in ran.folder.glob("small-ads.*")} == {
        ".html",
        ".png",
        ".geojson",
        ".parquet",
        ".tif",
    }


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_month_of_street_occupation(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run_notebook("month_of_street_occupation", home, monkeypatch)
    assert "地铁口" in ran.printed
    assert len(ran.pictures) == 3
    assert (ran.folder / "street-occupation-forecast.tif").stat().st_size > 0


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_patrols_tonight(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run_notebook("patrols_tonight", home, monkeypatch)
    assert "第 2 晚：198 个巡查网格" in ran.printed
    assert len(ran.pictures) == 1
    written = {file.suffix for file in ran.folder.glob("patrols.*")}
    assert written == {".html", ".gpx", ".geojson", ".pdf", ".json"}
