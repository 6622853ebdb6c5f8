from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.catalog import UNIT_KINDS, import_units, kind_of_words, load_units

HEADER = "code,name,kind,area_code,parent_code,contact\n"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("城关镇人民政府", "street_office"),
        ("园林街道办事处", "street_office"),
        ("长安路街道办事处综合执法队", "enforcement"),
        ("长安路街道环卫所", "sanitation"),
        ("新城区环境卫生管理中心", "sanitation"),
        ("区园林绿化局", "greening"),
        ("市政工程管理处", "municipal"),
        ("西安市政府", "bureau"),
        ("西安市政务服务中心", "bureau"),
        ("西安市政府绿化办", "greening"),
        ("公安局碑林分局", "police"),
        ("自来水公司", "water"),
        ("秦华燃气集团", "gas"),
        ("热力公司", "heat"),
        ("供电局城北办事处", "power"),
        ("中国联通西安分公司", "telecom"),
        ("红庙坡办事处", "street_office"),
        ("物业 公司", "company"),
        ("住房和城乡建设局", "bureau"),
        ("停车服务中心", "centre"),
        ("特勤", None),
        ("", None),
    ],
)
def test_the_kind_by_the_words(words: str, kind: str | None) -> None:
    assert kind_of_words(words) == kind


@given(st.sampled_from(sorted(UNIT_KINDS)))
def test_every_word_means_its_kind(word: str) -> None:
    assert kind_of_words(word) == UNIT_KINDS[word]


def test_a_list_of_units_has_the_kinds_that_clauses_ask_for(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text(
        HEADER
        + "A,新城环卫所,,,,\nB,区园林绿化局,,,,\nC,养护站,市政,,,\nD,新城派出所,,,,\nE,供水公司,,,,\n"
        + "F,秦华公司,gas,,,\nG,园林局,局,,,\nH,甲队,Heat,,,\n",
        encoding="utf-8",
    )
    import_units(connection, path)
    assert [each.kind for each in load_units(connection)] == [
        "sanitation",
        "greening",
        "municipal",
        "police",
        "water",
        "gas",
        "bureau",
        "heat",
    ]
