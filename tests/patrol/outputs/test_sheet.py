"""The printed sheets: every stop on paper, pages counted for each patrol, Chinese from the vendored font."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import shapely
from reportlab import rl_config

from gridsvc.errors import Text
from gridsvc.patrol.outputs import Backdrop, draw_plan
from gridsvc.patrol.outputs.paper import Frame, heads, moved, names_along, spread
from gridsvc.patrol.outputs.wording import amount
from gridsvc.patrol.plan import Plan
from tests.patrol.outputs.pdf_text import pages_of
from tests.patrol.plan_by_hand import HOSTILE, at, made_backdrop, made_plan, made_route


def sheets(plan: Plan, monkeypatch: pytest.MonkeyPatch, language: str = "zh", **asked: object) -> list[str]:
    monkeypatch.setattr(rl_config, "pageCompression", 0)
    return pages_of(draw_plan(plan, "pdf", language, backdrop=made_backdrop(), **asked))  # type: ignore[arg-type]


def closed_up(words: str) -> str:
    return re.sub(r"\s", "", words)


def test_each_patrol_has_its_sheet_and_the_leader_one(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = made_plan()
    pages = sheets(plan, monkeypatch)
    first, second, third, last = (closed_up(page) for page in pages)
    for stop in plan.routes[0].stops:
        assert closed_up(stop.name.zh) in first
        assert f"{stop.arrives:%H:%M}" in first
        for each in stop.classes:
            assert f"{each.name}{amount(each.number)}" in first
    for words in (
        "王巡查",
        "电动自行车·班次17:00–21:00",
        "宜在17:00–19:00",
        "休息",
        "返回碑林区城管执法大队",
        "种子7",
    ):
        assert words in first
    assert "李巡查" in second
    assert "末站结束" in second
    assert "本班未安排巡查点" in third
    for words in (
        "当班总览",
        "2名巡查员到9处",
        "无法安排的必到地点",
        "未安排的地点（7）",
        "太乙路责任网格",
        "合计",
        "pyvrp=0.14.1",
    ):
        assert words in last
    assert all("第1页/共1页" in closed_up(page) for page in pages)


def test_one_patrol_alone_is_handed_no_overview(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = sheets(made_plan(), monkeypatch, patrol="李巡查")
    assert len(pages) == 1
    assert "李巡查" in pages[0]


def test_a_long_table_goes_on_with_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    route = made_route("王巡查", stops=60)
    pages = [closed_up(page) for page in sheets(made_plan(routes=(route,)), monkeypatch, patrol="王巡查")]
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert f"第{number}页/共{len(pages)}页" in page
        assert "序时间地点路线留意完成记录" in page
        assert page.count("序时间地点路线留意完成记录") == 1
    whole = "".join(pages)
    for stop in route.stops:
        if stop.number:
            assert whole.count(f"网格{stop.cell}") == 1


def test_english_is_parted_at_its_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = sheets(made_plan(), monkeypatch, "en")
    assert "page 1 of 1" in pages[0]
    assert "crossing 1" in pages[0]
    assert "The shift at a glance" in pages[-1]
    assert "problems expected" in pages[0].replace("\n", " ").replace("  ", " ")


def test_the_font_is_inside_and_small() -> None:
    written = draw_plan(made_plan(), "pdf", backdrop=made_backdrop())
    assert written.startswith(b"%PDF-1.")
    assert b"/FontFile2" in written
    assert b"NotoSansSC" in written
    assert len(written) < 150_000


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert draw_plan(made_plan(), "pdf") == draw_plan(made_plan(), "pdf")


def test_hostile_and_very_long_words_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "很长的名字" * 60
    for words in (HOSTILE, (long, "W" * 400, "<b>x")):
        whole = closed_up("".join(sheets(made_plan(words=words), monkeypatch)))
        assert closed_up(words[1][:60]) in whole
    assert "<b>x" in whole


def test_a_stop_that_fills_more_than_a_page_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    route = made_route("甲", stops=1)
    stop = replace(route.stops[0], because=tuple(Text(f"理由第{n}条" * 8, "x") for n in range(150)))
    pages = sheets(made_plan(routes=(replace(route, stops=(stop,)),)), monkeypatch)
    assert "理由第149条" in closed_up("".join(pages))


def test_a_route_without_ways_or_streets_is_drawn() -> None:
    route = made_route("甲", stops=2)
    still = tuple(
        replace(stop, way=None, way_m=0.0, lon=at(0, 0)[0], lat=at(0, 0)[1]) for stop in route.stops
    )
    plan = made_plan(routes=(replace(route, stops=still, home=None, home_m=0.0),))
    nothing = Backdrop(np.empty(0, object), np.empty(0, object))
    assert draw_plan(plan, "pdf", backdrop=nothing)
    assert draw_plan(plan, "html", backdrop=nothing)


def test_a_frame_is_true_to_scale() -> None:
    places = np.array([at(0, 0), at(10, 0), at(10, 4)])
    frame = Frame.around(places, 500.0, (100.0, 300.0))
    on_paper = frame.placed(places)
    assert frame.holds(on_paper[0], 20)
    assert not frame.holds(np.array([-1.0, 5.0]), 0)
    # 0.0011° of longitude here are 101.3 m on the ellipsoid, 0.0009° of latitude 99.8 m.
    across, up = (np.diff(on_paper, axis=0) / frame.per_metre)[[0, 1], [0, 1]]
    assert across == pytest.approx(1013, rel=2e-3)
    assert up == pytest.approx(399.3, rel=2e-3)
    west, south, east, north = frame.box()
    assert shapely.box(west, south, east, north).contains(shapely.MultiPoint(places))
    assert frame.round_length(100.0) in (100, 200)


def test_a_line_keeps_to_its_right_both_ways() -> None:
    line = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (10.0, 10.0)])
    assert moved(line, 1.0).tolist() == [[0, -1], [11, -1], [11, 10]]
    assert moved(line[::-1], 1.0).tolist() == [[9, 10], [9, 1], [0, 1]]
    back = np.array([(0.0, 0.0), (10.0, 0.0), (0.0, 0.0)])
    assert np.abs(moved(back, 1.0)).max() <= 10.1
    assert moved(line[:1], 1.0).tolist() == [[0, 0]]


def test_heads_point_along_the_line() -> None:
    found = heads(np.array([(0.0, 0.0), (0.0, 40.0)]), 20.0)
    assert found == [((0.0, 10.0), 90.0), ((0.0, 30.0), 90.0)]
    assert heads(np.array([(0.0, 0.0), (3.0, 0.0)]), 20.0) == []


def test_marks_and_names_do_not_lie_on_one_another() -> None:
    frame = Frame.around(np.array([at(0, 0), at(10, 10)]), 500.0, (100.0, 300.0))
    places = np.tile([250.0, 150.0], (30, 1))
    marks = spread(places, 12.0, frame)
    apart = np.hypot(*(marks[:, None] - marks[None]).transpose(2, 0, 1)) + 99 * np.eye(30)
    assert apart.min() >= 12
    assert np.hypot(*(marks - places).T).max() < 60
    lines = [np.array([(50.0, y), (450.0, y)]) for y in (100.0, 101.0, 200.0)]
    named = names_along(lines, ["甲路", "乙路", "丙路"], frame, 6.0)
    assert [name for name, _, _ in named] == ["甲路", "丙路"]
    assert names_along([lines[0][::-1]], ["甲路"], frame, 6.0)[0][2] == 0
