import re
import unicodedata

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
        ("养护单位", "maintainer"),
        ("管护单位", "maintainer"),
        ("绿化养护责任单位", "maintainer"),
        ("养护、管理单位", "maintainer"),
        ("各绿化养护管理部门", "each_department"),
        ("主管部门", "supervisor"),
        ("行业主管部门", "supervisor"),
        ("相关行政主管部门", "supervisor"),
        ("水行政主管部门", "each_department"),
        ("物业", "property_manager"),
        ("小区物业公司", "property_manager"),
        ("物业服务企业", "property_manager"),
        ("所属小区物业管理单位", "property_manager"),
        ("物业管理部门", "each_department"),
        ("万家物业管理有限公司", "named"),
        ("施工单位", "builder"),
        ("建设（施工）单位", "builder"),
        ("建设、施工单位", "builder"),
        ("道路挖掘施工单位", "builder"),
        ("监理单位", "named"),
        ("中国建设银行", "named"),
        ("市建设公司", "named"),
        ("道路管养单位", "road_keeper"),
        ("城市道路养护部门", "road_keeper"),
        ("产权、使用、管理单位", "each_owner"),
        ("维护管理责任人（产权单位）", "each_owner"),
        ("解放路街道办事处（产权单位）", "named"),
        ("区有关街道办事处", "street_office"),
        ("所属镇（街道）", "street_office"),
        ("街道办事处（镇政府）", "street_office"),
        ("各镇人民政府", "street_office"),
        ("社区居委会", "territorial_department"),
        ("公安机关", "each_department"),
        ("第3执法中队", "named"),
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


@pytest.mark.parametrize(
    ("text", "lead", "assist"),
    [
        ("由市城管局牵头，所属街办、各产权单位配合", ["市城管局"], ["所属街办", "各产权单位"]),
        ("甲局（牵头）、乙局（配合）", ["甲局"], ["乙局"]),
        ("甲局、乙局（配合）", ["甲局"], ["乙局"]),
        ("甲局(主办单位)；乙局(协办单位)", ["甲局"], ["乙局"]),
        ("牵头单位：甲局 配合单位：乙局、丙中心", ["甲局"], ["乙局", "丙中心"]),
        ("责任单位：甲局；协办单位：乙局", ["甲局"], ["乙局"]),
        ("甲局为主，乙局协助", ["甲局"], ["乙局"]),
        ("甲局、乙局共同负责", ["甲局", "乙局"], []),
        ("甲局负责，乙局、丙局配合", ["甲局"], ["乙局", "丙局"]),
        ("甲局牵头乙局配合", ["甲局"], ["乙局"]),
        ("甲局会同乙局处理", ["甲局"], ["乙局"]),
        ("甲局牵头，会同乙局、丙局", ["甲局"], ["乙局", "丙局"]),
        ("甲局主办，乙局协办", ["甲局"], ["乙局"]),
        ("各产权单位负责，所属街办协助做好善后工作", ["各产权单位"], ["所属街办"]),
        ("市联合执法队、市容负责人", ["市联合执法队", "市容负责人"], []),
    ],
)
def test_tells_who_leads_from_who_helps(text: str, lead: list[str], assist: list[str]) -> None:
    expressions, doubts = parse_units(text)
    assert [each.text for each in expressions if each.role == "lead"] == lead
    assert [each.text for each in expressions if each.role == "assist"] == assist
    assert doubts == []


def test_says_whose_role_it_had_to_make_out() -> None:
    expressions, doubts = parse_units("甲局牵头、乙局")
    assert [(each.text, each.role) for each in expressions] == [("甲局", "lead"), ("乙局", "assist")]
    assert [each.code for each in doubts] == ["unit_role_unsaid"]
    expressions, doubts = parse_units("乙局配合")
    assert [(each.text, each.role) for each in expressions] == [("乙局", "assist")]
    assert [each.code for each in doubts] == ["unit_no_lead"]


@given(
    lead=st.lists(st.sampled_from(["甲局", "乙中心", "所属街办"]), min_size=1, max_size=3, unique=True),
    assist=st.lists(
        st.sampled_from(["丙公司", "各产权单位", "施工单位"]), min_size=1, max_size=3, unique=True
    ),
    form=st.sampled_from(
        [
            ("由{}牵头，{}配合", "、"),
            ("{}负责；{}协助", "，"),
            ("牵头单位：{}\n配合单位：{}", "、"),
            ("主办：{} 协办：{}", "、"),
        ]
    ),
)
def test_any_list_of_who_leads_and_who_helps_is_read_back(
    lead: list[str], assist: list[str], form: tuple[str, str]
) -> None:
    words, between = form
    expressions, doubts = parse_units(words.format(between.join(lead), between.join(assist)))
    assert [(each.text, each.role) for each in expressions] == [
        *((each, "lead") for each in lead),
        *((each, "assist") for each in assist),
    ]
    assert doubts == []


def test_the_end_of_a_list_left_open_is_said() -> None:
    expressions, doubts = parse_units("电力公司、联通公司等")
    assert [each.text for each in expressions] == ["电力公司", "联通公司"]
    assert [each.code for each in doubts] == ["unit_and_others"]
    expressions, doubts = parse_units("移动公司等各产权单位")
    assert [(each.means, each.text) for each in expressions] == [
        ("named", "移动公司"),
        ("each_owner", "各产权单位"),
    ]
    assert doubts == []


def test_a_phrase_that_was_not_understood_carries_its_doubt() -> None:
    expressions, _ = parse_units("甲局、谁负责？、各供油、供气管理部门")
    assert [(each.text, each.doubt) for each in expressions] == [
        ("甲局", None),
        ("谁负责？、各供油、供气管理部门", "unit_fragment"),
    ]


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


@given(
    st.one_of(
        st.text(alphabet="所属地街办行政执法部门各产权单位及和与、，\n 市局环卫中心AB/或", max_size=40),
        st.text(
            alphabet="由牵头负责主办配合协助会同（）：、，；。\n 甲乙局单位等处理各物业养护", max_size=40
        ),
        st.text(max_size=60),
    )
)
def test_every_text_returned_stands_in_the_cell(text: str) -> None:
    expressions, doubts = parse_units(text)
    squeezed = _squeezed(text)
    for each in expressions:
        assert each.means in MEANS
        assert each.role in ("lead", "assist")
        assert _squeezed(each.text) in squeezed
    assert expressions or doubts
    assert len({each.text for each in expressions}) == len(expressions)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s、，,;；。/|或者]", "", unicodedata.normalize("NFC", text))
