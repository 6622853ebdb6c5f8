"""`hotspot statistic`: the numbers of R on its own files, and tables as people have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

from gridsvc.cli.app import app
from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots.products.statistic import compute_statistic

FILES = Path(__file__).parents[1] / "reference"
CRIME = FILES / "columbus.csv"
QUEEN = FILES / "columbus_queen.csv"


def computed(name: str, file: Path = CRIME, neighbours: Path | None = QUEEN, **fields: Any) -> dict[str, Any]:
    column = fields.pop("column", "CRIME")
    return compute_statistic(file, column, name, neighbours=neighbours, **fields).as_dict()


def table(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def test_columbus() -> None:
    moran = computed("moran")
    assert (moran["n"], moran["links"], moran["weights"]) == (49, 236, "row-standardised")
    assert moran["value"] == pytest.approx(0.5001885572, rel=1e-9)
    assert moran["z"] == pytest.approx(5.5893827, rel=1e-7)
    star = computed("gistar")
    assert star["values"][:3] == pytest.approx([-1.43278, -1.34001, -0.772], abs=5.1e-6)
    assert sum(p < 0.05 for p in star["p"]) == 18
    assert computed("local-moran")["values"][0] == pytest.approx(0.7368185, rel=1e-6)
    assert computed("local-moran", moment="esda")["values"][0] == pytest.approx(0.7217814, rel=1e-6)
    assert len(computed("gi")["values"]) == 49


def test_weights_scaled_by_row_change_no_score(tmp_path: Path) -> None:
    pairs = np.loadtxt(QUEEN, delimiter=",", skiprows=1, dtype=int)
    degree = np.bincount(pairs[:, 0])
    rows = [f"{one},{other},{1 / degree[one]}" for one, other in pairs]
    scaled = table(tmp_path, "w.csv", "from,to,weight\n" + "\n".join(rows))
    for name in ("gi", "gistar", "moran", "local-moran"):
        answer = computed(name, neighbours=scaled, scaled="given")
        key = "value" if name == "moran" else "values"
        assert answer[key] == pytest.approx(computed(name)[key], rel=1e-9)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
@pytest.mark.parametrize("name", ["gi", "gistar", "moran", "local-moran"])
def test_the_unit_of_the_values_makes_no_difference(tmp_path: Path, name: str, unit: float) -> None:
    values = [float(line.split(",")[1]) * unit for line in CRIME.read_text("utf-8").splitlines()[1:]]
    file = table(tmp_path, "f.csv", "CRIME\n" + "\n".join(f"{value:.17g}" for value in values))
    key = "value" if name == "moran" else "values"
    assert computed(name, file)[key] == pytest.approx(computed(name)[key], rel=1e-9)


def test_nile() -> None:
    nile = FILES.parent / "reference_time" / "nile.csv"
    column = nile.read_text("utf-8").splitlines()[0].split(",")[-1]
    answer = computed("mann-kendall", nile, None, column=column)
    assert (answer["n"], answer["value"]) == (100, -1387)
    assert answer["z"] == pytest.approx(-4.1280665, rel=1e-7)
    assert answer["p"] == pytest.approx(3.658263e-05, rel=1e-6)


def test_missing_values_and_islands(tmp_path: Path) -> None:
    file = table(tmp_path, "f.csv", "名称;数值\nA;1\nB;NA\nC;5\nD;\nE;2\nF;8\nG;3\n", "gb18030")
    links = table(tmp_path, "g.csv", "from,to\n1,2\n2,3\n3,5\n5,6\n1,5\n")
    answer = computed("gi", file, links, column="数值")
    assert answer["missing"] == [2, 4]
    assert answer["islands"] == [7]
    assert [value is None for value in answer["values"]] == [False, True, False, True, False, False, True]
    assert answer["n"] == 5
    assert any("one way" in each["en"] for each in answer["remarks"])
    star = computed("gistar", file, links, column="数值")
    assert star["values"][6] is not None
    moran = computed("moran", file, links, column="数值")
    assert moran["n"] == 4


def test_parquet_and_names_in_other_case(tmp_path: Path) -> None:
    file = tmp_path / "f.parquet"
    values = [float(line.split(",")[1]) for line in CRIME.read_text("utf-8").splitlines()[1:]]
    shapes = pa.array([b"\x01\xff\xfe"] * 49, pa.binary())
    parquet.write_table(pa.table({"Crime": values, "geometry": shapes}), file)
    assert computed("moran", file)["value"] == pytest.approx(0.5001885572, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "links", "code"),
    [
        ("CRIME\n1\n2\nx\n4\n5\n", "from,to\n1,2\n", "bad_number"),
        ("CRIME\n1\n2\n1e999\n4\n5\n", "from,to\n1,2\n", "bad_number"),
        ("VALUE\n1\n2\n3\n4\n5\n", "from,to\n1,2\n", "no_such_column"),
        ("CRIME\n1\n2\n3\n4\n5\n", "a,b\n1,2\n", "no_such_column"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to\n1,6\n", "no_such_row"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to\n0,1\n", "no_such_row"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to\n1.5,1\n", "no_such_row"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to\n1,\n", "bad_number"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to,weight\n1,2,-1\n", "bad_weight"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to,weight\n1,2,1\n1,2,2\n", "contradictory_links"),
        ("CRIME\n3\n3\n3\n3\n3\n", "from,to\n1,2\n", "all_equal"),
        ("CRIME\n1\n2\n3\nNA\n\n", "from,to\n1,2\n", "too_few_rows"),
        ("CRIME\n1\n2\n3\n4\n5\n", "from,to\n2,2\n", "no_links"),
        ("CRIME\n", "from,to\n2,2\n", "no_rows"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, text: str, links: str, code: str) -> None:
    file, pairs = table(tmp_path, "f.csv", text), table(tmp_path, "g.csv", links)
    with pytest.raises(InputRefused) as refused:
        computed("moran", file, pairs)
    assert refused.value.code == code


def test_wrong_usage_is_refused() -> None:
    for fields, code in (
        ({"name": "geary"}, "unknown_statistic"),
        ({"name": "gi", "neighbours": None}, "no_neighbours"),
    ):
        with pytest.raises(WrongUsage) as refused:
            computed(**fields)  # type: ignore[arg-type]
        assert refused.value.code == code


def test_command_prints_json_and_rows() -> None:
    import json

    runner = CliRunner()
    given = ["hotspot", "statistic", str(CRIME), "--value", "CRIME", "--neighbors", str(QUEEN)]
    told = runner.invoke(app, [*given, "--name", "moran", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["value"] == pytest.approx(0.5001885572, rel=1e-9)
    rows = runner.invoke(app, [*given, "--name", "gistar"]).stdout.splitlines()
    assert rows[0].split("\t")[:2] == ["1", "-1.432779654"]
