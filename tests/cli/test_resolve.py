"""`gridsvc resolve`: one report from options, a file of reports, and every way of getting it wrong."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from sqlalchemy import Engine

from gridsvc.cli.resolve_text import print_answer
from gridsvc.postgres import open_engine
from gridsvc.responsibility import COLUMNS, PLACE_COLUMNS
from gridsvc.settings import get_settings
from tests.conftest import Outcome, Run
from tests.hotspots.district import SCHEME, District
from tests.town import make_town

Command = Callable[..., Outcome]
MONDAY = "2026-11-23T08:00"


@pytest.fixture
def engine_of_town(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def town(engine_of_town: Engine) -> District:
    with engine_of_town.begin() as connection:
        return make_town(connection)


def options(town: District, column: float = 0.5, row: float = 0.5, **more: Any) -> list[str]:
    lon, lat = town.place(column, row)
    given = {"lon": lon, "lat": lat, "class": "0201", "at": MONDAY} | more
    return [part for name, value in given.items() if value is not None for part in (f"--{name}", str(value))]


def written(folder: Path, rows: list[dict[str, Any]], name: str = "in.csv", encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row(town: District, column: float, row: float, **more: Any) -> dict[str, Any]:
    lon, lat = town.place(column, row)
    return {"id": f"{column}-{row}", "lon": lon, "lat": lat, "class": "0201", "at": MONDAY} | more


# --- one report --------------------------------------------------------------------------------------------------


def test_one_report_as_json(command: Command, town: District) -> None:
    done = command("resolve", *options(town), "--json")
    assert (done.status, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["cell"]["code"] == town.code(0, 0)
    assert found["cell"]["street"] == {"code": "610103001", "name": "甲街道"}
    assert found["unit"] == {"code": "S-01", "name": "甲街道办事处"}
    assert found["decision"] == "determined"
    assert found["limit"] == {"value": 4, "unit": "work_hour", "text": "4工作时"}
    assert found["deadline"] == "2026-11-23T12:00:00+08:00"
    assert [each["step"] for each in found["reasons"]] == ["place", "clause", "rule", "deadline"]


def test_one_report_in_words(command: Command, town: District) -> None:
    done = command("resolve", *options(town))
    assert (done.status, done.stderr) == (0, "")
    for words in (
        "甲街道办事处 (S-01)",
        "determined",
        "4工作时",
        town.code(0, 0),
        "零星张贴",
        "2026-11-23T12:00",
    ):
        assert words in done.stdout
    assert "  - The place lies in cell" in done.stdout


def test_conditions_to_choose_from_and_candidates_are_listed(command: Command, town: District) -> None:
    listed = json.loads(command("resolve", *options(town), "--json").stdout)["clauses"]
    several = command("resolve", *options(town)).stdout
    first, second = (f"{each['id']}  {each['filing_condition']}" for each in listed)
    assert f" *{first}\n  {second}\n" in several
    assert "Candidates" not in several
    nobody = command("resolve", *options(town, **{"class": "0101", "kind": "component"})).stdout
    assert "Candidates:\n  各产权单位  100%  lead  set aside\n" in nobody
    assert "Filing conditions" not in nobody


def test_a_fact_that_would_tell_more_is_asked_for_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDSVC_LANGUAGE", "zh")
    get_settings.cache_clear()
    passed = [
        {"step": "rule", "text": "未采用", "facts": {"missing": names}}
        for names in (["urgency"], ["urgency", "component"])
    ]
    candidate = {"unit": {"code": "S-01", "name": "甲"}, "share": 1.0, "role": "lead", "refused": None}
    print_answer(
        {
            "unit": {"code": "S-01", "name": "甲"}, "cell": None, "limit": None, "decision": "ranked",
            "confidence": 1.0, "deadline": None, "class": {"code": "0201", "name": "x"}, "clause": None,
            "clauses": [], "candidates": [candidate], "reasons": passed,
        }
    )  # fmt: skip
    said = capsys.readouterr().out
    get_settings.cache_clear()
    assert "  甲 (S-01)  100%  牵头\n" in said
    assert said.count("可补充 --fact") == 1
    assert "可补充 --fact 紧急程度=值，值：" in said


def test_the_second_street_and_the_second_condition(command: Command, town: District) -> None:
    found = json.loads(command("resolve", *options(town, 3.5, 2.5), "--json").stdout)
    assert found["unit"]["code"] == "S-02"
    second = next(each["id"] for each in found["clauses"] if each["filing_condition"] == "成片张贴")
    chosen = json.loads(command("resolve", *options(town, 3.5, 2.5, clause=second), "--json").stdout)
    assert chosen["clause"]["id"] == second
    assert chosen["deadline"] == "2026-11-23T18:00:00+08:00"


def test_a_place_outside_is_an_answer(command: Command, town: District) -> None:
    done = command("resolve", *options(town, 60, 60), "--json")
    found = json.loads(done.stdout)
    assert done.status == 0
    assert found["cell"] is None
    assert found["decision"] == "needs_decision"
    assert found["reasons"][0]["facts"]["distance_m"] > 5000
    assert command("resolve", *options(town, 60, 60)).status == 0


def test_a_time_without_zone_is_local_and_one_with_zone_is_not(command: Command, town: District) -> None:
    deadlines = [
        json.loads(command("resolve", *options(town, at=at), "--json").stdout)["deadline"]
        for at in (
            "2026-11-23T10:00",
            "2026-11-23T02:00:00Z",
            "2026-11-23T10:00:00+08:00",
            "2026-11-23 10:00",
        )
    ]
    assert deadlines == ["2026-11-23T16:00:00+08:00"] * 4


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"class": "7777"}, "unknown_class"),
        ({"class": "0101"}, "ambiguous_class"),
        ({"datum": "mars"}, "bad_datum"),
        ({"lat": "108.9", "lon": "34.2"}, "bad_number"),
        ({"lon": "nan"}, "bad_number"),
        ({"lon": "inf"}, "bad_number"),
        ({"at": "yesterday"}, "bad_time"),
        ({"at": "1990-01-01"}, "bad_time"),
        ({"scheme": "nowhere"}, "unknown_class"),
    ],
)
def test_a_report_that_is_refused(
    command: Command, town: District, changed: dict[str, str], code: str
) -> None:
    done = command("resolve", *options(town, **changed))
    assert done.status == 1
    assert done.stdout == ""
    assert code in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--lon", "108.9"],
        ["--lon", "108.9", "--lat", "34.2"],
        ["--lon", "x", "--lat", "34.2", "--class", "0201"],
        ["in.csv"],
        ["in.csv", "-o", "out.xlsx"],
        ["in.csv", "-o", "out.csv", "--column", "lon"],
        ["in.csv", "-o", "out.csv", "--lon", "5"],
        ["in.csv", "-o", "out.csv", "--at", "2026-11-23", "--clause", "1"],
        ["--nonsense"],
    ],
)
def test_wrong_usage(command: Command, town: District, tmp_path: Path, arguments: list[str]) -> None:
    given = written(tmp_path, [row(town, 0.5, 0.5)])
    named = [
        str(given) if each == "in.csv" else str(tmp_path / each) if each.startswith("out") else each
        for each in arguments
    ]
    done = command("resolve", *named)
    assert done.status == 2
    assert done.stdout == ""
    assert done.stderr
    assert not list(tmp_path.glob("out*"))


def test_without_anything_loaded(command: Command) -> None:
    done = command("resolve", "--lon", "108.95", "--lat", "34.25", "--class", "0201")
    assert done.status == 1
    assert "unknown_class" in done.stderr


def test_a_database_that_is_not_there(run: Run) -> None:
    done = run("resolve", "--lon", "108.95", "--lat", "34.25", "--class", "0201")
    assert done.status == 3
    assert "database_unreachable" in done.stderr
    assert "Traceback" not in done.stderr


# --- a file ------------------------------------------------------------------------------------------------------


def mixed(town: District) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows good and bad, and the problem that each must get."""
    good = row(town, 0.5, 0.5)
    rows = [
        (good, ""),
        (row(town, 4.5, 0.5), ""),
        (good | {"lon": "", "lat": ""}, "no_place"),
        (good | {"lon": "abc"}, "bad_number"),
        (good | {"lon": ""}, "bad_number"),
        (good | {"lon": good["lat"], "lat": good["lon"]}, "bad_number"),
        (good | {"lon": "1e999"}, "bad_number"),
        (row(town, 60, 60), "outside"),
        (good | {"class": "7777"}, "unknown_class"),
        (good | {"class": "0101"}, "ambiguous_class"),
        (good | {"at": "soon"}, "bad_time"),
        (good | {"at": "today"}, "bad_time"),
        (good | {"datum": "mars"}, "bad_datum"),
        (good | {"at": "2026-11-23T08:00:00+08"}, ""),
        (good | {"datum": "wgs84"}, ""),
        (row(town, 5.99, 5.99), ""),
        (good | {"class": ""}, ""),
    ]
    numbered = [
        {"datum": "", "note": '第1行，"引号"'} | each | {"id": str(k)} for k, (each, _) in enumerate(rows)
    ]
    return numbered, [problem for _, problem in rows]


@pytest.mark.parametrize("times", [1, 60])
def test_a_file_in_its_order_with_bad_rows_told(
    command: Command, town: District, tmp_path: Path, times: int
) -> None:
    """Few rows and many take different paths through the resolver."""
    rows, problems = mixed(town)
    done = command("resolve", written(tmp_path, rows * times), "-o", tmp_path / "out.csv", "--json")
    assert (done.status, done.stderr) == (0, "")
    found = read(tmp_path / "out.csv")
    assert list(found[0]) == [*rows[0], *COLUMNS]
    assert [each["id"] for each in found] == [each["id"] for each in rows] * times
    assert [each["problem"] for each in found] == problems * times
    assert all(each["note"] == rows[0]["note"] for each in found)
    summary = json.loads(done.stdout)
    assert summary["rows"] == len(rows) * times
    assert summary["problems"]["bad_number"] == 4 * times
    assert sum(summary["problems"].values()) == sum(map(bool, problems)) * times
    first = found[0]
    assert first["cell_code"] == town.code(0, 0)
    assert (first["on_boundary"], first["street_code"], first["community_code"]) == ("false", "610103001", "")
    assert (first["unit_code"], first["unit_name"]) == ("S-01", "甲街道办事处")
    assert (first["decision"], float(first["confidence"])) == ("determined", 1.0)
    assert (first["limit"], first["deadline"]) == ("4工作时", "2026-11-23T12:00:00+08:00")
    assert found[1]["unit_code"] == "S-02"
    outside = found[problems.index("outside")]
    assert (outside["cell_code"], outside["decision"], outside["unit_code"]) == ("", "needs_decision", "")
    for each, problem in zip(found, problems * times, strict=True):
        if problem not in ("", "outside"):
            assert {each[name] for name in COLUMNS} - {"", "false"} == {problem}
    blank_class = found[len(rows) - 1]
    assert (blank_class["cell_code"], blank_class["decision"]) == (town.code(0, 0), "")


def test_a_file_agrees_with_single_reports(command: Command, town: District, tmp_path: Path) -> None:
    rows = [row(town, k / 7 - 0.2, k / 9) for k in range(12)]
    command("resolve", written(tmp_path, rows), "-o", tmp_path / "out.csv")
    for given, found in zip(rows, read(tmp_path / "out.csv"), strict=True):
        arguments = [
            part for name in ("lon", "lat", "class", "at") for part in (f"--{name}", str(given[name]))
        ]
        alone = json.loads(command("resolve", *arguments, "--json").stdout)
        assert found["cell_code"] == (alone["cell"] or {"code": ""})["code"]
        assert found["unit_code"] == (alone["unit"] or {"code": ""})["code"]
        assert found["deadline"] == (alone["deadline"] or "")
        assert found["clause_id"] == str(alone["clause"]["id"])


def test_parquet_in_and_out(command: Command, town: District, tmp_path: Path) -> None:
    rows, problems = mixed(town)
    texts = pa.Table.from_pylist([{name: str(value) for name, value in each.items()} for each in rows])
    parquet.write_table(texts, tmp_path / "in.parquet")
    done = command("resolve", tmp_path / "in.parquet", "-o", tmp_path / "out.parquet")
    assert (done.status, done.stderr) == (0, "")
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found["problem"].to_pylist() == [problem or None for problem in problems]
    assert found["id"].to_pylist() == [each["id"] for each in rows]
    assert found.schema.field("on_boundary").type == pa.bool_()
    assert found.schema.field("clause_id").type == pa.int64()
    assert found.schema.field("confidence").type == pa.float64()
    assert found["clause_id"].to_pylist()[2] is None


def test_parquet_with_numbers_and_instants(command: Command, town: District, tmp_path: Path) -> None:
    lon, lat = town.place(0.5, 0.5)
    table = pa.table(
        {
            "lon": [lon, None],
            "lat": [lat, None],
            "class": pa.array(["0201", "0201"]).dictionary_encode(),
            "at": pa.array([1_795_392_000_000_000, None], pa.timestamp("us", "UTC")),  # 2026-11-23T00:00Z
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    assert command("resolve", tmp_path / "in.parquet", "-o", tmp_path / "out.csv").status == 0
    first, second = read(tmp_path / "out.csv")
    assert first["deadline"] == "2026-11-23T12:00:00+08:00"
    assert second["problem"] == "no_place"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-8", "utf-16"])
def test_files_of_chinese_offices(command: Command, town: District, tmp_path: Path, encoding: str) -> None:
    lon, lat = town.place(0.5, 0.5)
    rows = [
        {
            "案件编号": "甲1",
            "经度": lon,
            "纬度": lat,
            "小类代码": "0101",
            "案件类型": "事件",
            "时间": "2026/11/23 8:00",
        }
    ]
    given = written(tmp_path, rows, encoding=encoding)
    assert command("resolve", given, "-o", tmp_path / "out.csv").status == 0
    found = read(tmp_path / "out.csv")[0]
    assert found["案件编号"] == "甲1"
    assert (found["problem"], found["unit_code"], found["limit"]) == ("", "E-01", "2紧急工作时")
    assert found["deadline"] == "2026-11-23T10:00:00+08:00"


def test_columns_by_name_and_defaults_for_all(command: Command, town: District, tmp_path: Path) -> None:
    lon, lat = town.place(0.5, 0.5)
    given = written(tmp_path, [{"x": lon, "y": lat, "opened": MONDAY}, {"x": lon, "y": lat, "opened": ""}])
    done = command(
        "resolve", given, "-o", tmp_path / "out.csv", "--column", "lon=x", "--column", "lat=y", "--column",
        "at=opened", "--class", "0101", "--kind", "component", "--scheme", SCHEME,
    )  # fmt: skip
    assert (done.status, done.stderr) == (0, "")
    first, second = read(tmp_path / "out.csv")
    assert first["decision"] == "needs_decision"
    assert first["limit"] == "1工作日"
    assert first["deadline"] == "2026-11-23T18:00:00+08:00"
    assert second["deadline"] > "2026"  # a blank time is now


@pytest.mark.parametrize(
    ("columns", "status", "code"),
    [
        (["nonsense=x"], 2, "unknown_field"),
        (["lon=nowhere"], 1, "missing_column"),
        (["lon=x"], 1, "missing_column"),  # lat is still missing
        ([], 1, "missing_column"),
    ],
)
@pytest.mark.usefixtures("town")
def test_columns_that_are_not_there(
    command: Command, tmp_path: Path, columns: list[str], status: int, code: str
) -> None:
    given = written(tmp_path, [{"x": 1, "y": 2}])
    named = [part for each in columns for part in ("--column", each)]
    done = command("resolve", given, "-o", tmp_path / "out.csv", *named)
    assert done.status == status
    assert code in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_without_classes_the_place_columns_only(command: Command, town: District, tmp_path: Path) -> None:
    rows = [
        {name: value for name, value in row(town, k, 0.5).items() if name != "class"} for k in range(1, 9)
    ]
    done = command("resolve", written(tmp_path, rows), "-o", tmp_path / "out.csv", "--json")
    found = read(tmp_path / "out.csv")
    assert list(found[0]) == [*rows[0], *PLACE_COLUMNS, "problem"]
    assert [each["on_boundary"] for each in found] == ["true"] * 6 + ["false"] * 2
    assert [each["problem"] for each in found] == [""] * 6 + ["outside"] * 2
    assert json.loads(done.stdout) == {
        "rows": 8, "problems": {"outside": 2}, "decisions": {}, "not_understood": {}
    }  # fmt: skip


def test_a_file_that_was_resolved_before(command: Command, town: District, tmp_path: Path) -> None:
    rows, problems = mixed(town)
    command("resolve", written(tmp_path, rows), "-o", tmp_path / "once.csv")
    command("resolve", tmp_path / "once.csv", "-o", tmp_path / "twice.csv")
    assert (tmp_path / "twice.csv").read_bytes() == (tmp_path / "once.csv").read_bytes()
    assert [each["problem"] for each in read(tmp_path / "twice.csv")] == problems


def test_no_file_is_written_over_itself(command: Command, town: District, tmp_path: Path) -> None:
    given = written(tmp_path, [row(town, 0.5, 0.5)])
    before = given.read_bytes()
    (tmp_path / "other.csv").hardlink_to(given)
    for target in ("in.csv", "other.csv"):
        done = command("resolve", given, "-o", tmp_path / target)
        assert (done.status, done.stdout) == (2, "")
        assert "same_file" in done.stderr
    assert given.read_bytes() == before


def test_a_column_of_types_is_of_kinds_when_it_says_so(
    command: Command, town: District, tmp_path: Path
) -> None:
    one = row(town, 0.5, 0.5, **{"class": "0101"})
    kinds = [one | {"类型": "事件"}, one | {"类型": "部件"}, one | {"类型": ""}]
    command("resolve", written(tmp_path, kinds), "-o", tmp_path / "out.csv")
    found = [(each["problem"], each["limit"]) for each in read(tmp_path / "out.csv")]
    assert found == [("", "2紧急工作时"), ("", "1工作日"), ("ambiguous_class", "")]
    others = [row(town, 0.5, 0.5) | {"类型": "网页上报"}]
    command("resolve", written(tmp_path, others), "-o", tmp_path / "out.csv")
    assert [each["problem"] for each in read(tmp_path / "out.csv")] == [""]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_rows"),
        (b"lon,lat\n", "no_rows"),
        (b"lon,lat\n1,2,3\n", "ragged_rows"),
        (b"lon,lat,text\n1,2," + b"x" * 10_000_000 + b"\n", "field_too_long"),
        (b"lon,lat\n1,\x002\n", "bad_encoding"),
        (b"PK\x03\x04 no csv\nat all\n", "missing_column"),
    ],
)
@pytest.mark.usefixtures("town")
def test_files_that_are_refused(command: Command, tmp_path: Path, content: bytes, code: str) -> None:
    given = tmp_path / "in.csv"
    given.write_bytes(content)
    done = command("resolve", given, "-o", tmp_path / "out.csv")
    assert done.status == 1
    assert done.stdout == ""
    assert code in done.stderr
    assert "in.csv" in done.stderr
    assert len(done.stderr) < 2000
    assert not (tmp_path / "out.csv").exists()


def test_files_that_cannot_be_read_or_written(command: Command, town: District, tmp_path: Path) -> None:
    given = written(tmp_path, [row(town, 0.5, 0.5)])
    for arguments in (
        [tmp_path / "none.csv", "-o", tmp_path / "out.csv"],
        [tmp_path, "-o", tmp_path / "out.csv"],
        [given, "-o", tmp_path / "no folder" / "out.csv"],
        [given, "-o", tmp_path / "no folder" / "out.parquet"],
    ):
        done = command("resolve", *arguments)
        assert done.status == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert str(tmp_path) in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_san_francisco_by_the_command_line(
    command: Command, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Areas of two dates, times of another zone, 14,312 rows as published."""
    monkeypatch.setenv("GRIDSVC_TIME_ZONE", "America/Los_Angeles")
    get_settings.cache_clear()
    for name, since in (("planning", []), ("311", ["--effective", "2013-01-01"])):
        file = real_data / f"sf_neighborhoods_{name}.geojson"
        done = command(
            "area", "import", file, "--level", "cell", "--code", "name", "--profile", "free", *since
        )
        assert done.status == 0, done.stderr
    cases = real_data / "sf311_cases.csv"
    done = command("resolve", cases, "-o", tmp_path / "out.csv", "--column", "at=opened", "--json")
    assert (done.status, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "rows": 14_312, "problems": {"no_place": 24}, "decisions": {}, "not_understood": {}
    }  # fmt: skip
    found = read(tmp_path / "out.csv")
    assert [each["case_id"] for each in found] == [each["case_id"] for each in read(cases)]
    for label, ceiling, rows in (
        ("planning, before 2013", 0.979, [each for each in found if each["opened"] < "2013"]),
        ("311, from 2013", 0.943, [each for each in found if each["opened"] >= "2013"]),
    ):
        named = [each for each in rows if each["neighborhood"] and each["lon"]]
        share = sum(each["cell_code"] == each["neighborhood"] for each in named) / len(named)
        print(f"{label}: {len(named):,} rows, {share:.1%} equal the city's column; ceiling {ceiling:.1%}")
        assert share >= ceiling - 0.001


def test_a_fact_is_given_by_name_or_in_chinese(town: District, command: Command) -> None:
    for given in ("surface=sidewalk", "位置=人行道"):
        assert command("resolve", *options(town), "--fact", given, "--json").status == 0


@pytest.mark.parametrize("given", ["surface=lawn", "weather=rain", "surface"])
def test_an_unknown_fact_or_value_is_refused(town: District, command: Command, given: str) -> None:
    done = command("resolve", *options(town), "--fact", given)
    assert done.status == 1
    assert "bad_fact" in done.stderr


def test_a_column_of_a_file_may_be_a_fact(town: District, command: Command, tmp_path: Path) -> None:
    lon, lat = town.place(0.5, 0.5)
    rows = [{"lon": lon, "lat": lat, "class": "0201", "where": word} for word in ("人行道", "", "屋顶")]
    target = tmp_path / "out.csv"
    done = command("resolve", str(written(tmp_path, rows)), "-o", str(target), "--column", "surface=where")
    assert done.status == 0
    assert [each["problem"] for each in read(target)] == ["", "", "bad_fact"]
