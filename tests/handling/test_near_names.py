import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.handling.near_names import near, variants


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("运城市政公用服务中心", "运城市市政公用服务中心"),
        ("市政公用服务中心", "运城市市政公用服务中心"),
        ("运城市市容环卫中心", "运城市市容环卫服务中心"),
        ("运城市供热供气服务中心", "运城市城市集中供热供气服务中心"),
        ("市园林局 ", "市园林局"),
    ],
)
def test_finds_one_organisation_under_two_names(first: str, second: str) -> None:
    assert near(first, second)
    assert near(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("运城市园林绿化服务中心", "运城市排水服务中心"),
        ("综合行政执法第一大队", "综合行政执法第二大队"),
        ("城东环境卫生管理站", "城西环境卫生管理站"),
        ("联通公司", "电信公司"),
        ("水务局", "市水务局"),
        ("甲", "甲"),
    ],
)
def test_leaves_different_organisations_apart(first: str, second: str) -> None:
    assert not near(first, second)


def test_a_variant_of_a_variant_belongs_to_the_commonest() -> None:
    counts = {
        "运城市城市节约用水中心": 3,
        "运城市节约用水中心": 1,
        "运城市节约用水服务中心": 1,
        "市水务局": 9,
    }
    assert variants(counts) == {
        "运城市节约用水中心": "运城市城市节约用水中心",
        "运城市节约用水服务中心": "运城市城市节约用水中心",
    }


@given(
    st.dictionaries(
        st.text(alphabet="市政公用服务中心环卫局第一二", min_size=1, max_size=10),
        st.integers(1, 9),
        max_size=8,
    )
)
def test_no_name_is_its_own_variant_or_a_variant_of_one(counts: dict[str, int]) -> None:
    found = variants(counts)
    assert set(found) <= set(counts)
    assert not set(found) & set(found.values())
