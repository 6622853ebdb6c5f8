"""`gridsvc spec replay` on a real database: reports that are there, a file of cases, editions and grids."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as parquet
import pytest
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.hotspots.district import SCHEME, ZONE, District, make_district
from tests.town import make_town

Command = Callable[..., Outcome]

HEADER = "大类代码,大类名称,小类代码,小类名称,处置单位,主管部门,立案条件,结案条件,处置时限\n"
# In force: 0201 is the street office's in 4工作时, 0101 is 区综合执法局's in 2紧急工作时.
NEW = (
    "01,市容,01,私搭乱建,区综合执法局,城管局,在建,恢复原状,4紧急工作时\n"
    "02,广告,01,非法小广告,各产权单位,城管局,零星张贴,恢复原状,4工作时\n"
)
BEGIN = datetime(2026, 6, 1, 9, tzinfo=ZONE)  # a Monday
CODES = ("0201", "0101", "0201", "0101", "0201", "0101")


@pytest.fixture
def town(database_url: str) -> District:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_town(connection)
        for number, code in enumerate(CODES):
            lon, lat = district.place(number + 0.5, 0.5)
            connection.execute(
                text(
                    "INSERT INTO report (external_id, origin, lon, lat, scheme, kind, class_code, opened_at)"
                    " VALUES (:id, 'test', :lon, :lat, :scheme, 'event', :code, :at)"
                ),
                {"id": f"r{number}", "lon": lon, "lat": lat, "scheme": SCHEME, "code": code,
                 "at": BEGIN + timedelta(days=number)},
            )  # fmt: skip
    engine.dispose()
    return district


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_text(HEADER + NEW, encoding="utf-8")
    return path


FILE = ("--kind", "event", "--scheme", SCHEME, "--no-policy")


@pytest.mark.usefixtures("town")
def test_a_file_before_it_is_published(command: Command, new: Path) -> None:
    done = command("spec", "replay", "规范 2026", new, *FILE, "--json")
    assert done.status == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["before"], found["after"]) == ("规范 2026", "new.csv")
    assert (found["cases"], found["compared"], found["changed"]) == (6, 6, 6)
    assert found["decisions"] == [
        {"before": "determined", "after": "determined", "cases": 3},
        {"before": "determined", "after": "needs_decision", "cases": 3},
    ]
    units = {row["unit"]: (row["before"], row["after"]) for row in found["units"]}
    assert units == {None: (0, 3), "S-01": (2, 0), "S-02": (1, 0), "E-01": (3, 3)}
    assert found["deadlines"]["later"] == 3
    assert found["deadlines"]["elapsed"]["p50_h"] == 2.0
    assert found["needs_decision"]["became"] == 3
    assert {row["class"] for row in found["needs_decision"]["why"]} == {"0201"}
    assert {row["street"] for row in found["streets"]} == {"610103001", "610103002"}
    assert found["measured"].keys() == {"seconds", "cases_per_second", "peak_memory_mb"}
    again = json.loads(command("spec", "replay", "规范 2026", new, *FILE, "--json").stdout)
    del found["measured"], again["measured"]
    assert again == found
    assert [each["edition"] for each in json.loads(command("spec", "list", "--json").stdout)] == ["规范 2026"]


@pytest.mark.usefixtures("town")
def test_in_words_of_a_period_with_a_workbook(command: Command, new: Path, tmp_path: Path) -> None:
    target = tmp_path / "r.xlsx"
    done = command(
        "spec", "replay", "规范 2026", new, *FILE, "--from", "2026-06-02", "--to", "2026-06-04", "-o", target
    )
    assert done.status == 0, done.stderr
    assert "规范 2026 → new.csv" in done.stdout
    assert "         3  cases" in done.stdout
    assert "determined → needs a decision" in done.stdout
    assert "MB of memory" in done.stdout
    assert openpyxl.load_workbook(target)["Units"].max_row == 4


def test_cases_of_a_file_and_the_changed_ones_as_rows(
    command: Command, town: District, new: Path, tmp_path: Path
) -> None:
    cases = tmp_path / "cases.csv"
    lines = ["案件编号,经度,纬度,部件事件,小类代码,分类标准,报案"]
    for number, code in enumerate(CODES):
        lon, lat = town.place(number + 0.5, 0.5)
        lines.append(
            f"k{number},{lon!r},{lat!r},事件,{code},{SCHEME},{BEGIN + timedelta(days=number):%Y-%m-%d %H:%M}"
        )
    cases.write_text("\n".join(lines) + "\n", encoding="utf-8")
    target = tmp_path / "changed.parquet"
    done = command(
        "spec",
        "replay",
        "规范 2026",
        new,
        *FILE,
        "--cases",
        cases,
        "--column",
        "at=报案",
        "-o",
        target,
        "--json",
    )
    assert done.status == 0, done.stderr
    by_file = json.loads(done.stdout)
    by_database = json.loads(command("spec", "replay", "规范 2026", new, *FILE, "--json").stdout)
    for name in ("decisions", "units", "classes", "streets", "deadlines"):
        assert by_file[name] == by_database[name]
    rows = parquet.read_table(target).to_pylist()
    assert [row["id"] for row in rows] == [f"k{number}" for number in range(6)]
    assert {row["moved_h"] for row in rows if row["class"] == "0101"} == {2.0}


@pytest.mark.usefixtures("town")
def test_a_new_grid(command: Command, database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        make_district(connection, 4, name="网格 2027", effective=datetime(2027, 1, 1, tzinfo=ZONE))
    engine.dispose()
    done = command("spec", "replay", "--grid", "2026-12-31", "2027-01-01", "--json")
    assert done.status == 0, done.stderr
    found = json.loads(done.stdout)
    # Four cells across: the third is the other street now, the last two are outside.
    assert found["areas_changed"]["cell"] == 3
    assert [(row["from"], row["to"], row["cases"]) for row in found["street_changes"]] == [
        ("610103002", None, 2),
        ("610103001", "610103002", 1),
    ]
    assert found["needs_decision"]["became"] == 2


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ((), 2, "nothing_to_replay"),
        (("规范 2026",), 2, "one_side"),
        (("规范 2026", "没有这个"), 1, "unknown_edition"),
        (("规范 2026", "规范 2026", "--from", "2020-01-01", "--to", "2020-02-01"), 1, "no_cases"),
        (("规范 2026", "规范 2026", "--from", "2026-02-01", "--to", "2026-01-01"), 2, "period_reversed"),
        (("规范 2026", "规范 2026", "--column", "at=x"), 2, "columns_without_file"),
        (("规范 2026", "规范 2026", "-o", "r.pdf"), 2, "bad_suffix"),
        (("--grid", "网格 2026", "街道 网格 2026"), 2, "levels_differ"),
        (("--grid", "网格 2026", "网格 1999"), 1, "no_such_edition"),
    ],
)
def test_what_is_refused(command: Command, arguments: tuple[str, ...], status: int, code: str) -> None:
    done = command("spec", "replay", *arguments)
    assert (done.status, code in done.stderr) == (status, True), done.stderr


def test_cases_of_another_scheme_are_refused_when_nothing_says_which_class_is_which(
    command: Command, town: District, new: Path, tmp_path: Path
) -> None:
    lon, lat = town.place(0.5, 0.5)
    cases = tmp_path / "cases.csv"
    cases.write_text(f"lon,lat,kind,class,scheme\n{lon!r},{lat!r},event,0305,cjt214-2007\n", encoding="utf-8")
    done = command("spec", "replay", "规范 2026", new, *FILE, "--cases", cases)
    assert done.status == 1
    assert "other_scheme" in done.stderr
    assert "cjt214-2007 1" in done.stderr


def test_an_empty_history_is_told(command: Command, database_url: str, new: Path) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        make_town(connection)
    engine.dispose()
    done = command("spec", "replay", "规范 2026", new, *FILE)
    assert (done.status, "no_cases" in done.stderr) == (1, True)


def test_a_specification_of_another_scheme_by_the_crosswalk(
    command: Command, town: District, database_url: str, tmp_path: Path
) -> None:
    """Half of the cases (0201) are 0305 there; the other half (0101) nothing says."""
    assert town.size == 6
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO class_crosswalk (from_scheme, from_kind, from_code, to_scheme, ordinal, to_kind,"
                " to_code, relation, confidence, source) VALUES (:scheme, 'event', '0201', 'cjt214-2007', 1,"
                " 'event', '0305', 'renamed', 'local', 'test')"
            ),
            {"scheme": SCHEME},
        )
    engine.dispose()
    other = tmp_path / "old.csv"
    other.write_text(HEADER + "03,街面秩序,05,占道经营,所属街办,城管局,占道,恢复,2工作时\n", encoding="utf-8")
    done = command(
        "spec",
        "replay",
        "规范 2026",
        other,
        "--kind",
        "event",
        "--scheme",
        "cjt214-2007",
        "--no-policy",
        "--json",
    )
    assert done.status == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["cases"], found["compared"]) == (6, 3)
    assert found["set_aside"] == {"other_scheme": 3}
    assert found["other_schemes"] == {SCHEME: 3}
    assert found["translated"] == [{"side": "after", "from": SCHEME, "to": "cjt214-2007", "cases": 3}]
    assert found["deadlines"]["earlier"] == 3
    assert found["decisions"] == [{"before": "determined", "after": "determined", "cases": 3}]
