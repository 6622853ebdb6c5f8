"""Crosswalks say the same in both directions, are found for every class, and give way to a city's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from gridsvc.catalog import add_local_class, crosswalk, import_crosswalk, load_classes, load_links
from gridsvc.catalog.crosswalk import INVERSE
from gridsvc.errors import Conflict, InputRefused, NotFound
from tests.catalog.shipped_lists import SCHEMES, load_schemes

OLD, MIDDLE, NEW = SCHEMES


@pytest.fixture(scope="module")
def classes(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as own, own.begin() as work:
        load_schemes(own)
        yield own
        work.rollback()


@pytest.fixture
def connection(classes: Connection) -> Iterator[Connection]:
    """The three lists, loaded once; what a test does beside is undone."""
    with classes.begin_nested() as work:
        yield classes
        work.rollback()


def test_every_class_is_compared_with_both_other_schemes(connection: Connection) -> None:
    for one in SCHEMES:
        keys = {(each.kind, each.code) for each in load_classes(connection, one)}
        for other in SCHEMES:
            if other != one:
                assert set(crosswalk(connection, one, other)) == keys


def test_both_directions_say_the_same(connection: Connection) -> None:
    links = load_links(connection)
    said = {
        (each.from_scheme, each.kind, each.from_code, each.to_scheme, each.to_code): each for each in links
    }
    assert len(said) == len(links)
    for each in links:
        assert each.source
        assert each.confidence in ("found", "inferred", "remembered")
        if each.to_code is None:
            assert each.relation == "dropped"
            continue
        back = said[each.to_scheme, each.kind, each.to_code, each.from_scheme, each.from_code]
        assert back.relation == INVERSE[each.relation]
        if each.relation == "renamed":
            assert each.from_name != each.to_name


def test_same_means_the_same_name(connection: Connection) -> None:
    moved = {"水域附属设施", "水域护栏", "防汛墙"}
    for each in load_links(connection, MIDDLE, NEW):
        if each.relation == "same":
            assert each.from_name == each.to_name
            if each.kind == "component" and each.from_name not in moved:
                assert each.to_code == f"{each.from_code[:2]}0{each.from_code[2:]}"


@pytest.mark.parametrize(
    ("kind", "code", "targets"),
    [
        ("event", "0201", [("same", "07001")]),
        ("component", "0101", [("renamed", "01001")]),
        ("component", "0506", [("same", "01069")]),
        ("event", "0110", [("broader", "06010")]),
        ("event", "0131", [("broader", "06014"), ("broader", "06042"), ("broader", "06010")]),
        ("event", "0205", [("broader", "07003")]),
        ("component", "0504", [("dropped", None)]),
        ("event", "0501", [("dropped", None)]),
        ("event", "0505", [("broader", "06013")]),
        ("event", "0508", [("same", "10002")]),
        ("event", "0113", [("narrower", "06013"), ("narrower", "06050"), ("narrower", "06051")]),
    ],
)
def test_named_cases_from_2013_to_2026(
    connection: Connection, kind: str, code: str, targets: list[tuple[str, str | None]]
) -> None:
    assert [
        (each.relation, each.to_code) for each in crosswalk(connection, MIDDLE, NEW)[kind, code]
    ] == targets


def test_the_majors_that_changed_places_do_not_mislead(connection: Connection) -> None:
    """04 and 05 of the events: order and sudden incidents stand the other way round in 2007."""
    walk = crosswalk(connection, OLD, MIDDLE)
    assert walk["event", "0504"][0].to_code == "0405"
    assert walk["event", "0401"][0].to_code == "0505"
    assert walk["event", "0505"][0].to_code == "0409"


def test_a_local_class_counts_down_and_knows_what_it_became(connection: Connection) -> None:
    first = add_local_class(connection, "垃圾满溢", scheme=MIDDLE, kind="event", major="01")
    second = add_local_class(connection, "违规养犬", scheme=MIDDLE, kind="event", major="01")
    assert (first.code, second.code, first.confidence) == ("0199", "0198", "local")
    assert first.major_name == "市容环境"
    (link,) = crosswalk(connection, MIDDLE, NEW)["event", "0199"]
    assert (link.to_code, link.relation, link.confidence) == ("06042", "renamed", "inferred")
    back = crosswalk(connection, NEW, MIDDLE)["event", "06042"]
    assert [each.to_code for each in back] == ["0199", "0131"]
    newest = add_local_class(connection, "无人机坠落", scheme=NEW, kind="event", major="10")
    assert (newest.code, newest.name) == ("10999", "无人机坠落（自定义）")
    assert add_local_class(connection, "其他", scheme=OLD, kind="event", major="01").code == "0198"


def test_a_local_class_is_refused_where_it_cannot_be(connection: Connection) -> None:
    with pytest.raises(NotFound) as missing:
        add_local_class(connection, "新类", scheme=MIDDLE, kind="event", major="77")
    assert missing.value.code == "unknown_major"
    with pytest.raises(Conflict) as there:
        add_local_class(connection, "非法小广告", scheme=MIDDLE, kind="event", major="02")
    assert there.value.code == "class_exists"


def test_local_numbers_end_where_the_standards_begin(connection: Connection) -> None:
    """0410 is the standard's last: nothing local goes below it."""
    connection.execute(
        text(
            "INSERT INTO class SELECT scheme, kind, '04' || n, 'local ' || n, NULL, major_code, major_name,"
            " 'test', 'local' FROM class, generate_series(12, 99) n WHERE scheme = :scheme AND kind = 'event'"
            " AND code = '0401'"
        ),
        {"scheme": MIDDLE},
    )
    last = add_local_class(connection, "最后一个", scheme=MIDDLE, kind="event", major="04")
    assert last.code == "0411"
    with pytest.raises(Conflict) as full:
        add_local_class(connection, "再一个", scheme=MIDDLE, kind="event", major="04")
    assert full.value.code == "no_number_left"


def table(path: Path, *rows: str) -> Path:
    head = "from_scheme,kind,from_code,to_scheme,to_code,relation"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_citys_own_lines_replace_what_shipped(connection: Connection, tmp_path: Path) -> None:
    path = table(tmp_path / "own.csv", f"{MIDDLE},event,0205,{NEW},07006,broader")
    done = import_crosswalk(connection, path)
    assert (done.lines, done.refused) == (1, ())
    assert [each.to_code for each in crosswalk(connection, MIDDLE, NEW)["event", "0205"]] == ["07006"]
    into = crosswalk(connection, NEW, MIDDLE)
    assert "0205" not in {each.to_code for each in into["event", "07003"]}
    assert "0205" in {each.to_code for each in into["event", "07006"]}
    # Loading the lists again brings nothing of what shipped back.
    load_schemes(connection)
    assert [each.to_code for each in crosswalk(connection, MIDDLE, NEW)["event", "0205"]] == ["07006"]


def test_faulty_lines_are_named_and_change_nothing(connection: Connection, tmp_path: Path) -> None:
    before = load_links(connection)
    path = table(
        tmp_path / "faulty.csv",
        f"{MIDDLE},event,0205,{NEW},99999,broader",
        f"{MIDDLE},event,0201,{NEW},,same",
        f"{MIDDLE},event,0202,{NEW},07002,alike",
        f"{MIDDLE},event,0203,{MIDDLE},0203,same",
        f"{MIDDLE},event,0204,{NEW},07004,same",
        f"{MIDDLE},event,0204,{NEW},07004,same",
    )
    with pytest.raises(InputRefused) as refused:
        import_crosswalk(connection, path)
    assert [(each.code, each.place.row) for each in refused.value.faults] == [
        ("unknown_class", 2),
        ("dropped_with_target", 3),
        ("bad_relation", 4),
        ("one_scheme", 5),
        ("duplicate_link", 7),
    ]
    assert load_links(connection) == before
    done = import_crosswalk(connection, path, skip_invalid=True)
    assert (done.lines, len(done.refused)) == (1, 5)
