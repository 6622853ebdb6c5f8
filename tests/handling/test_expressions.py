import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.handling import MEANS, parse_units


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("所属街办", "street_office"),
        ("属地街道办", "street_office"),
        ("所属街道办事处", "street_office"),
        ("街道（镇）", "street_office"),
        ("解放路街道办事处", "named"),
        ("属地行政执法部门", "territorial_enforcement"),
        ("属地执法中队", "territorial_enforcement"),
        ("属地环卫部门", "territorial_department"),
        ("所属派出所", "territorial_department"),
        ("属地供水企业", "territorial_department"),
        ("属地住房和城乡建设部门", "territorial_department"),
        ("各产权单位", "each_owner"),
        ("产权单位", "each_owner"),
        ("各权属单位", "each_owner"),
        ("各产权（管理）单位", "each_owner"),
        ("业主", "each_owner"),
        ("各环卫部门", "each_department"),
        ("各派出所", "each_department"),
        ("各报业企业", "each_department"),
        ("线缆部门", "each_department"),
        ("水务部门", "each_department"),
        ("河道管理部门", "each_department"),
        ("城市管理部门", "each_department"),
        ("城区环卫部门", "each_department"),
        ("小区物业管理部门", "each_department"),
        ("养护单位", "each_department"),
        ("主管部门", "each_department"),
        ("示范市公安交通管理部门", "named"),
        ("电力公司", "named"),
        ("市容秩序科", "named"),
        ("市住房和城乡建设局", "named"),
        ("Department of Public Works", "named"),
    ],
)
def test_tells_a_name_from_a_way_to_find_one(text: str, means: str) -> None:
    expressions, doubts = parse_units(text)
    assert [(each.means, each.text) for each in expressions] == [(means, text)]
    assert doubts == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("所属街办、属地行政执法部门、各产权单位", ["所属街办", "属地行政执法部门", "各产权单位"]),
        ("甲市排水中心,乙市供水公司；各产权单位", ["甲市排水中心", "乙市供水公司", "各产权单位"]),
        ("甲市环卫中心\n甲市园林中心", ["甲市环卫中心", "甲市园林中心"]),
        ("甲市排水中心、及各产权单位", ["甲市排水中心", "各产权单位"]),
        ("国网公司和各产权单位", ["国网公司", "各产权单位"]),
        ("城管局及执法大队", ["城管局", "执法大队"]),
        ("市住房和城乡建设局、市发展和改革委员会", ["市住房和城乡建设局", "市发展和改革委员会"]),
        ("产权单位或管理单位", ["产权单位", "管理单位"]),
    ],
)
def test_cuts_a_cell_into_units(text: str, parts: list[str]) -> None:
    expressions, doubts = parse_units(text)
    assert [each.text for each in expressions] == parts
    assert doubts == []


@pytest.mark.parametrize(
    ("text", "read", "doubt"),
    [
        (
            "属地行政执法和环卫部门",
            [("territorial_enforcement", "属地行政执法"), ("territorial_department", "环卫部门")],
            "unit_joined",
        ),
        (
            "属地行政执法部门和和环卫部门",
            [("territorial_enforcement", "属地行政执法部门"), ("territorial_department", "环卫部门")],
            "unit_not_a_name",
        ),
        (
            "甲市供热中心及各供油、供气、供电管理部门",
            [("named", "甲市供热中心"), ("each_department", "各供油、供气、供电管理部门")],
            "unit_fragment",
        ),
        ("甲市园林\n绿化局", [("named", "甲市园林绿化局")], "unit_line_break"),
        ("各产权单位、各产权单位", [("each_owner", "各产权单位")], "unit_twice"),
        ("中、与A局", [("named", "中"), ("named", "A局")], "unit_not_a_name"),
        ("谁负责？", [("named", "谁负责？")], "unit_not_a_name"),
    ],
)
def test_says_what_it_had_to_make_out(text: str, read: list[tuple[str, str]], doubt: str) -> None:
    expressions, doubts = parse_units(text)
    assert [(each.means, each.text) for each in expressions] == read
    assert doubt in [each.code for each in doubts]


def test_a_blank_cell_names_nobody() -> None:
    for text in (None, "", " \n ", "、，"):
        expressions, doubts = parse_units(text)
        assert expressions == []
        assert [each.code for each in doubts] == ["unit_missing"]


@given(
    st.lists(
        st.sampled_from(
            [
                "所属街办",
                "属地行政执法部门",
                "各产权单位",
                "水务部门",
                "甲市排水中心",
                "市住房和城乡建设局",
                "电力公司",
            ]
        ),
        min_size=1,
        max_size=7,
        unique=True,
    ),
    st.sampled_from(["、", "，", ",", "；", "\n", "、\n"]),
)
def test_any_list_of_units_is_read_back_in_order(parts: list[str], separator: str) -> None:
    expressions, doubts = parse_units(separator.join(parts))
    assert [each.text for each in expressions] == parts
    assert doubts == []


@given(st.text(alphabet="所属地街办行政执法部门各产权单位及和与、，\n 市局环卫中心AB/或", max_size=40))
def test_every_text_returned_stands_in_the_cell(text: str) -> None:
    expressions, doubts = parse_units(text)
    squeezed = re.sub(r"[\s、，,;；/|]|或者?", "", text)
    for each in expressions:
        assert each.means in MEANS
        assert re.sub(r"[\s、，,;；/|]", "", each.text) in squeezed
    assert expressions or doubts
    assert len({each.text for each in expressions}) == len(expressions)
