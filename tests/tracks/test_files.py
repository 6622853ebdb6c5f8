"""The files that tracks come in, good and bad."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridsvc.errors import GridsvcError, InputRefused, WrongUsage
from gridsvc.tabular import MISSING_INSTANT
from gridsvc.tracks.files import content_of
from gridsvc.tracks.gpx_file import read_gpx
from gridsvc.tracks.table_file import read_fixes_table
from tests.hotspots.district import ZONE

NINE = int(datetime(2026, 11, 19, 1, tzinfo=UTC).timestamp()) * 1_000_000


def point(time: str | None, lon: float = 108.95) -> str:
    stamp = "" if time is None else f"<time>{time}</time>"
    return f'<trkpt lat="34.24" lon="{lon}">{stamp}</trkpt>'


def gpx(
    body: str, head: str = '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
) -> bytes:
    return f"{head}{body}</gpx>".encode()


def track(*points: str, name: str = "") -> str:
    half = len(points) // 2
    return f"<trk>{name and f'<name>{name}</name>'}<trkseg>{''.join(points[:half])}</trkseg><trkseg>{''.join(points[half:])}</trkseg></trk>"


@pytest.mark.parametrize(
    "head",
    [
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">',
        '<gpx version="1.0" creator="t" xmlns="http://www.topografix.com/GPX/1/0">',
        '<gpx version="1.1" creator="t">',
        '<?xml version="1.0" encoding="GBK"?><!-- 手机 --><gpx version="1.1">',
        '\ufeff<?xml version="1.0"?>\n<gpx version="1.1">',
    ],
)
def test_both_versions_and_all_segments(head: str) -> None:
    points = [point(f"2026-11-19T01:00:0{second}Z", 108.95 + second / 1e4) for second in range(4)]
    (found,), unzoned = read_gpx(gpx(track(*points), head), "七日.gpx", patrol=None, local_times=None)
    assert found.patrol == "七日"
    assert ((found.at - NINE) // 1_000_000).tolist() == [0, 1, 2, 3]
    assert found.lon.tolist() == pytest.approx([108.95, 108.9501, 108.9502, 108.9503])
    assert not unzoned


def test_times_with_another_zone_with_none_and_without_time() -> None:
    body = track(point("2026-11-19T09:00:00+08:00"), point("2026-11-19T09:00:01.25"), point(None))
    (utc,), unzoned = read_gpx(gpx(body), "a.gpx", patrol=None, local_times=None)
    assert unzoned
    assert utc.at.tolist() == [NINE, NINE + 8 * 3_600_000_000 + 1_250_000, MISSING_INSTANT]
    (local,), _ = read_gpx(gpx(body), "a.gpx", patrol=None, local_times=ZONE)
    assert local.at.tolist()[:2] == [NINE, NINE + 1_250_000]


def test_tracks_of_one_name_are_one_patrols() -> None:
    day = [point(f"2026-11-19T0{hour}:00:00Z") for hour in range(4)]
    body = track(*day[:2], name="甲") + track(*day[2:], name="甲") + track(*day, name="乙") + track(*day)
    found, _ = read_gpx(gpx(body), "终端7.gpx", patrol=None, local_times=None)
    assert [(each.patrol, len(each)) for each in found] == [("甲", 4), ("乙", 4), ("终端7", 4)]
    (one,), _ = read_gpx(gpx(body), "终端7.gpx", patrol="丙", local_times=None)
    assert (one.patrol, len(one)) == ("丙", 12)


BOMB = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_gpx"),
        (b"<gpx", "not_gpx"),
        (b"<gpx><trk><trkseg></gpx>", "not_gpx"),
        (b"<kml><Document/></kml>", "not_gpx"),
        (b"<html><gpx/></html>", "not_gpx"),
        (gpx('<trk><trkseg><trkpt lat="x" lon="1"/></trkseg></trk>'), "not_gpx"),
        (gpx('<trk><trkseg><trkpt lon="1"/></trkseg></trk>'), "not_gpx"),
        (gpx('<rte><rtept lat="34" lon="108"/></rte>'), "routes_only"),
        (gpx('<wpt lat="34" lon="108"/>'), "no_tracks"),
        (gpx("<trk><trkseg/></trk>"), "no_tracks"),
        (
            f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]><gpx><trk><name>&a9;</name></trk></gpx>'.encode(),
            "entities_refused",
        ),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><gpx/>', "entities_refused"),
        (b"<gpx>\xff\xfe\x00\x81</gpx>", "bad_encoding"),
    ],
)
def test_what_is_no_track_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_gpx(content, "x.gpx", patrol=None, local_times=None)
    assert caught.value.code == code
    assert caught.value.place.file == "x.gpx"


def test_many_comments_before_no_gpx_are_gone_through_once() -> None:
    """All ways to part them into comments are 2^2000: this would never end."""
    with pytest.raises(InputRefused) as caught:
        read_gpx(b"<!-- -->" * 2000 + b"<!", "x.gpx", patrol=None, local_times=None)
    assert caught.value.code == "not_gpx"
    (found,), _ = read_gpx(
        b"<!-- -->" * 2000 + gpx(track(point(None))), "x.gpx", patrol=None, local_times=None
    )
    assert len(found) == 1


def test_a_time_that_is_none_does_not_spoil_the_others() -> None:
    body = track(point("昨天"), point("2026-13-41T99:00:00Z"), point("2026-11-19T01:00:00Z"))
    (found,), _ = read_gpx(gpx(body), "x.gpx", patrol=None, local_times=None)
    assert found.at.tolist() == [MISSING_INSTANT, MISSING_INSTANT, NINE]


def table(folder: Path, *lines: str) -> Path:
    path = folder / "车载.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_table_of_several_patrols(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "agent_id,time,lng,lat",
        "乙,2026-11-19 09:00:05,108.96,34.24",
        "甲,2026-11-19 09:00:00,108.95,34.24",
        "甲,2026-11-19T01:00:10Z,,",
    )
    found, faults = read_fixes_table(path, patrol=None, columns={}, zone=ZONE)
    assert [(each.patrol, (each.at - NINE).tolist()) for each in found] == [
        ("乙", [5_000_000]),
        ("甲", [0, 10_000_000]),
    ]
    assert faults == []
    with pytest.raises(WrongUsage) as caught:
        read_fixes_table(path, patrol="丙", columns={}, zone=ZONE)
    assert caught.value.code == "several_patrols"


def test_a_table_of_one_patrol_in_seconds_since_1970(tmp_path: Path) -> None:
    path = table(tmp_path, "经度,纬度,定位时间", f"108.95,34.24,{NINE // 1_000_000}", "108.95,34.24,")
    (one,), _ = read_fixes_table(path, patrol=None, columns={}, zone=ZONE)
    assert (one.patrol, one.at.tolist()) == ("车载", [NINE, MISSING_INSTANT])
    path = table(tmp_path, "x,y,when", f"108.95,34.24,{NINE // 1000}")
    (one,), _ = read_fixes_table(path, patrol="甲", columns={"time": "when"}, zone=ZONE)
    assert (one.patrol, one.at.tolist()) == ("甲", [NINE])


def test_rows_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = table(
        tmp_path, "time,lon,lat", "2026-11-19 09:00:00,108.95,34.24", "昨天,东,34.24", "2026-11-19,108.9,北"
    )
    (found,), faults = read_fixes_table(path, patrol=None, columns={}, zone=ZONE)
    assert len(found) == 1
    assert [(fault.code, fault.place.row, fault.place.column) for fault in faults] == [
        ("bad_time", 3, "time"),
        ("bad_number", 4, "lat"),
    ]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({}, "missing_column"),
        ({"time": "t", "lon": "q"}, "unknown_column"),
        ({"speed": "t"}, "unknown_field"),
    ],
)
def test_columns_that_are_not_there(tmp_path: Path, columns: dict[str, str], code: str) -> None:
    path = table(tmp_path, "t,lon,lat", "2026-11-19 09:00:00,108.95,34.24")
    with pytest.raises(GridsvcError) as caught:
        read_fixes_table(path, patrol=None, columns=columns, zone=ZONE)
    assert caught.value.code == code


def test_a_file_that_is_too_large_or_not_there_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpx"
    path.write_bytes(b"x" * 1_000_001)
    with pytest.raises(InputRefused) as caught:
        content_of(path, None, 1)
    assert caught.value.code == "file_too_large"
    with pytest.raises(InputRefused) as caught:
        content_of(tmp_path / "b.gpx", None, 1)
    assert caught.value.code == "file_not_found"
