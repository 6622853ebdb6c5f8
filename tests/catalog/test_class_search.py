"""Classes are found by what people call them, with the reason, and fast."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gridsvc.catalog import ClassIndex, import_words, load_class_index
from gridsvc.errors import InputRefused
from gridsvc.settings import shipped
from tests.catalog.shipped_lists import load_schemes

NEW = "gbt47678.5-2026"


_kept: list[ClassIndex] = []


@pytest.fixture
def index(connection: Connection) -> ClassIndex:
    """The index of the shipped lists; it never changes, so one serves every test."""
    if not _kept:
        load_schemes(connection)
        _kept.append(load_class_index(connection))
    return _kept[0]


def test_pinyin_is_found_inside_a_name_after_names_that_begin_so(index: ClassIndex) -> None:
    for spelt, part in (("jinggai", "井盖"), ("jing gai", "井盖"), ("guanggao", "广告")):
        hits = index.find(spelt, scheme=NEW)
        inside = [hit.matched for hit in hits if hit.rank >= 12]
        assert inside
        assert all(part in matched[1:] for matched in inside)
        assert [hit.rank for hit in hits] == sorted(hit.rank for hit in hits)


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("非法小广告", "非法小广告", "name"),
        ("牛皮癣", "非法小广告", "word"),
        ("小广告", "非法小广告", "word"),
        ("fxgg", "非法小广告", "initials"),
        ("ffxgg", "非法小广告", "initials"),
        ("feifaxiaoguanggao", "非法小广告", "pinyin"),
        ("fei fa xiao guang gao", "非法小广告", "pinyin"),
        ("feifaxgg", "非法小广告", "pinyin"),
        ("地摊", "占道经营", "word"),
        ("路边有人摆地摊卖水果", "占道经营", "held"),
        ("店外经赢", "店外经营", "sound"),
        ("店外经莹", "店外经营", "sound"),
        ("店外经x营", "店外经营", "near"),
        ("路登", "路灯", "sound"),
        ("xingdaoshu", "行道树", "pinyin"),
        ("hangdaoshu", "行道树", "pinyin"),
        ("street light", "路灯", "english"),
        ("street lihgt", "路灯", "near"),
        ("illegal parking", "机动车乱停放", "english"),
        ("07001", "非法小广告", "code"),
        ("供水井盖异常", "供水井盖", "held"),
        ("ＳＯＳ报警", "紧急报警点SOS", "word"),
    ],
)
def test_finds_what_is_meant_and_says_why(index: ClassIndex, text: str, name: str, why: str) -> None:
    first = index.find(text, prefer=NEW)[0]
    assert (first.class_.name, first.why) == (name, why)
    assert first.class_.scheme == NEW


def test_a_word_means_every_class_that_has_it(index: ClassIndex) -> None:
    found = {hit.class_.name for hit in index.find("窨井盖", scheme=NEW)}
    assert {"供水井盖", "污水井盖", "雨水井盖", "电力井盖", "通信井盖"} <= found
    stalls = {hit.class_.code for hit in index.find("地摊", scheme="gbt30428.2-2013")}
    assert stalls == {"0406"}


def test_what_fits_nothing_finds_nothing(index: ClassIndex) -> None:
    for text in ("", "  ", "_", "%", "…", "qqqqqqqq", "量子纠缠"):
        assert index.find(text) == []


def test_hits_name_what_they_are_taken_for(index: ClassIndex) -> None:
    (hit,) = (each for each in index.find("店外经营", scheme=NEW) if each.why == "name")
    assert hit.own is not None
    assert {each.class_.name for each in hit.confusable} == {"占道经营", "无照经营游商", "占道促销宣传"}
    assert index.find("路灯", scheme=NEW)[0].confusable == ()


def test_only_a_scheme_or_kind_when_asked(index: ClassIndex) -> None:
    found = index.find("0201", scheme="gbt30428.2-2013", kind="event")
    assert [(hit.class_.scheme, hit.class_.kind) for hit in found] == [("gbt30428.2-2013", "event")]


def test_every_class_of_2026_has_words_and_names_in_both_languages(index: ClassIndex) -> None:
    with (shipped("geodata") / "classes" / "words.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 300
    spoken = {(row["kind"], row["code"]) for row in rows if row["scheme"] == NEW}
    assert spoken == {(each.kind, each.code) for each in index.classes if each.scheme == NEW}
    for each in index.classes:
        assert each.name
        assert each.name_en
        assert each.name_en.isascii()
        assert not each.name.isascii()


def test_words_of_a_city(connection: Connection, tmp_path: Path) -> None:
    load_schemes(connection)
    path = shipped("geodata") / "classes" / "words.csv"
    assert import_words(connection, path).added == 0
    own = tmp_path / "words.csv"
    own.write_text("scheme,kind,code,word\ngbt47678.5-2026,event,09006,甩卖摊\n", encoding="utf-8")
    assert import_words(connection, own).added == 1
    assert [hit.class_.code for hit in load_class_index(connection).find("甩卖摊", scheme=NEW)] == ["09006"]
    own.write_text("scheme,kind,code,word\ngbt47678.5-2026,event,99999,甩卖摊\n", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        import_words(connection, own)
    assert refused.value.faults[0].code == "unknown_class"
    assert refused.value.faults[0].place.row == 2
