"""What one question may take: of the parser, of the database, of memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from starlette.testclient import TestClient

from gridsvc.api import create_api
from gridsvc.api.app import DATABASE_TURNS, FEATURE_TURNS
from gridsvc.errors import WrongUsage
from gridsvc.features import DEFAULT, compile_filter, find_collection, read_filter
from gridsvc.features.compiling import MOST_CORNERS, MOST_LISTED
from gridsvc.features.cql import MOST_CHARACTERS, MOST_WORK, work
from gridsvc.settings import Settings
from tests.features.conftest import NOW, Site

CELLS = "/ogc/collections/cells/items"
MOST_S = 2.0  # an end, not a speed: they once took seconds to for ever
PROPERTIES = find_collection("cells").named()


def seconds(written: str) -> float:
    """Return how long a faulty filter keeps a processor."""
    begun = time.thread_time()
    with pytest.raises(WrongUsage):
        compile_filter(read_filter(written, "cql2-text"), PROPERTIES, DEFAULT)
    return time.thread_time() - begun


OPENINGS = (
    "(", "NOT (", "code IN (", "1*(1+(", "S_INTERSECTS(", "POLYGON(", "code andnot(", "1 andpolygon(", "1in(",
    "'('=(", "')'=(", "truein(", "A_EQUALS((", "f(", "date(",
)  # fmt: skip
INSIDE = (
    "code='a' OR ",
    "1^",
    "a=",
    "'a',",
    "1 2,",
    "(1)+",
    "(1,",
    "TRUE AND ",
    "a between ",
    "date('a')=",
    "' '||",
)


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_fault_behind_brackets_is_found_soon(opening: str) -> None:
    for depth in (1, 2, 4, 6, 8, 10, 12, 14, 15, 16, 17, 18, 20, 40):
        assert seconds(opening * depth + "code='a' ?") < MOST_S, depth
        assert seconds(opening * depth + "code='a' ?" + ")" * depth * opening.count("(")) < MOST_S, depth


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("opening", ["(", "code IN (", "S_INTERSECTS(geometry,MULTIPOLYGON(("])
def test_the_longest_filters_that_are_tried_fail_soon(opening: str, inside: str) -> None:
    tried = 0
    for depth in range(16):
        head = opening * depth
        least, most = 0, MOST_CHARACTERS // len(inside)
        while least < most:
            middle = (least + most + 1) // 2
            short = len(head + inside * middle) < MOST_CHARACTERS
            least, most = (
                (middle, most)
                if short and work(head + inside * middle + "?") <= MOST_WORK
                else (least, middle - 1)
            )
        if least:
            tried += 1
            assert seconds(head + inside * least + "?") < MOST_S, depth
    assert tried > 3


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from((*OPENINGS, *INSIDE, ")", "NOT ", "- ", "'", '"')), st.integers(1, 60)),
        max_size=12,
    )
)
def test_no_filter_takes_long(parts: list[tuple[str, int]]) -> None:
    assert seconds("".join(part * times for part, times in parts) + " ?") < MOST_S


@pytest.mark.parametrize("link", ["<a", "=a", "<>a", "in1", " LIKE 'a'", "||a", "^1", "+1", " OR TRUE"])
def test_a_chain_does_not_overrun_the_stack(link: str) -> None:
    """cql2 alone takes the process with it: 4,000 comparisons are a segmentation fault."""

    def read() -> None:
        for links in (900, 1_900, MOST_CHARACTERS // len(link) - 1):
            try:
                read_filter("1" + link * links, "cql2-text")
            except WrongUsage:
                refused.append(links)

    refused: list[int] = []
    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert link.strip() not in ("<a", "=a", "in1") or MOST_CHARACTERS // len(link) - 1 in refused


def test_json_is_read_to_a_depth() -> None:
    def nested(times: int) -> Any:
        return read_filter('{"op":"not","args":[' * times + "true" + "]}" * times, "cql2-json")

    assert compile_filter(nested(19), PROPERTIES, DEFAULT).sql.count("NOT") == 19
    for times in (20, 200, 600):
        with pytest.raises(WrongUsage):
            nested(times)


def test_lists_and_geometries_have_an_end() -> None:
    def among(values: int) -> Any:
        return {"op": "in", "args": [{"property": "code"}, ["a"] * values]}

    def line(corners: int) -> Any:
        drawn = {"type": "LineString", "coordinates": [[n / corners, 1] for n in range(corners)]}
        return {"op": "s_crosses", "args": [{"property": "geometry"}, drawn]}

    for tree in (among(MOST_LISTED), line(MOST_CORNERS), {"op": "or", "args": [among(400)] * 4}):
        assert compile_filter(tree, PROPERTIES, DEFAULT).parameters
    for tree in (
        among(MOST_LISTED + 1), line(MOST_CORNERS + 1), {"op": "or", "args": [line(501)] * 2},
        {"op": "or", "args": [among(400)] * 5},
    ):  # fmt: skip
        with pytest.raises(WrongUsage):
            compile_filter(tree, PROPERTIES, DEFAULT)


def test_no_filter_is_kept(site: Site) -> None:
    """SQLAlchemy keeps compiled statements: 500 shapes of a filter would be held for ever."""
    site.get(f"{CELLS}?{urlencode({'filter': 'code = 1'})}")
    held: Any = site.engine
    before = set(held._compiled_cache)
    for n in range(2, 12):
        tree = {"op": "in", "args": [{"property": "code"}, ["a"] * n]}
        query = {"filter": orjson.dumps(tree).decode(), "filter-lang": "cql2-json"}
        assert site.get(f"{CELLS}?{urlencode(query)}").status_code == 200
    added = [key for key in set(held._compiled_cache) - before if "filter_" in str(key)]
    assert not added


@contextmanager
def locked(site: Site, table: str) -> Iterator[None]:
    """Let whoever reads a table wait."""
    with site.engine.connect() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()


def test_a_question_that_takes_too_long_is_given_up(site: Site) -> None:
    told = Settings(home="/nonexistent", features_timeout_s=0.3)
    app = create_api(site.engine, told, clock=lambda: NOW)
    with TestClient(app, headers={"Authorization": f"Bearer {site.key}"}) as client:
        with locked(site, "road"):
            for path in (
                "/ogc/collections/roads/items",
                "/tiles/roads.json",
                "/tiles/roads/14/13200/6500.mvt",
            ):
                response = client.get(path)
                assert response.status_code == 503, path
                assert response.json()["code"] == "took_too_long"
                assert "bbox" in response.json()["detail"]
        # The connection goes back without the bound, and the next question is answered.
        assert client.get("/ogc/collections/roads/items").json()["numberMatched"] == 3
    with site.engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"


def test_features_leave_turns_for_everybody_else(site: Site) -> None:
    turns = site.app.state.context.database_turns
    with ThreadPoolExecutor(9) as threads:
        with locked(site, "road"):
            waiting = [threads.submit(site.get, "/ogc/collections/roads/items") for _ in range(9)]
            until = time.monotonic() + 5
            while turns.borrowed_tokens < FEATURE_TURNS and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.1)
            assert turns.borrowed_tokens == FEATURE_TURNS < DATABASE_TURNS
        assert [each.result().status_code for each in waiting] == [200] * 9


def test_a_table_is_read_for_its_state_when_it_changed_not_for_each_time(site: Site) -> None:
    statements: list[str] = []

    def count(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "xmin" in statement:
            statements.append(statement)

    event.listen(site.engine, "before_cursor_execute", count)
    try:
        for layer in ("roads", "boundary-roads"):
            for day in range(1, 9):
                described = site.get(f"/tiles/{layer}.json?at=2026-01-0{day}T00:00:00Z")
                assert described.status_code == 200
    finally:
        event.remove(site.engine, "before_cursor_execute", count)
    assert len(statements) <= 2
