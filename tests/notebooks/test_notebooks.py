"""The notebooks run from top to bottom on a database of their own, and are kept without outputs."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from gridsvc.settings import get_settings

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_kept_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_from_the_sample_to_a_resolution_and_a_heatmap(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDSVC_DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDSVC_HOME", str(tmp_path))
    get_settings.cache_clear()
    notebook = nbformat.read(FOLDER / "sample_to_heatmap.ipynb", as_version=4)
    client = NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    )
    client.execute()
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "610103" in printed
    assert "非法小广告" in printed
    pictures = [
        base64.b64decode(output.data["image/png"])
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    assert [picture[:4] for picture in pictures] == [b"\x89PNG"]
    page = (tmp_path / "notebook" / "small-ads-at-night.html").read_text(encoding="utf-8")
    assert "非法小广告" in page
    get_settings.cache_clear()
