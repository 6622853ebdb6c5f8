from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.handling import LIMIT_UNITS, Limit, parse_limit

WORDS = {
    "urgent_hour": ["紧急工作时", "紧急工作小时"],
    "urgent_day": ["紧急工作日"],
    "work_hour": ["工作时", "工作小时"],
    "work_day": ["工作日"],
    "hour": ["小时", "时", "h", "H"],
    "day": ["天", "日", "自然日", "d"],
}


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2紧急工作时", "2", "urgent_hour"),
        ("1紧急工作时\n", "1", "urgent_hour"),
        ("2紧急工作日", "2", "urgent_day"),
        ("4小时", "4", "hour"),
        ("4工作时", "4", "work_hour"),
        ("2个工作日", "2", "work_day"),
        ("15天", "15", "day"),
        ("30个自然日", "30", "day"),
        ("24h", "24", "hour"),
        ("半天", "0.5", "day"),
        ("1个半小时", "1.5", "hour"),
        ("两小时", "2", "hour"),
        ("十五天", "15", "day"),
        ("二十五日", "25", "day"),
        ("一百二十小时", "120", "hour"),
        ("３ 个 工作日", "3", "work_day"),
        ("1.5工作日", "1.5", "work_day"),
        ("30分钟", "0.5", "hour"),
        ("1周", "7", "day"),
        ("不超过3天", "3", "day"),
        ("2小时内", "2", "hour"),
    ],
)
def test_reads_what_offices_write(text: str, value: str, unit: str) -> None:
    limit, doubts = parse_limit(text)
    assert limit == Limit(Decimal(value), unit, text.strip())
    assert doubts == []


@pytest.mark.parametrize(
    ("text", "value", "unit", "doubt"),
    [
        ("1紧急工作时制止", "1", "urgent_hour", "limit_action"),
        ("2-4小时", "2", "hour", "limit_range"),
        ("4至2小时", "2", "hour", "limit_range"),
        ("2小时~4小时", "2", "hour", "limit_range"),
        ("4小时停止，7天处罚，20天拆除", "4", "hour", "limit_stages"),
        ("A类2小时", "2", "hour", "limit_words_before"),
        ("20分钟", "0.33", "hour", "limit_rounded"),
    ],
)
def test_takes_a_doubtful_limit_and_says_so(text: str, value: str, unit: str, doubt: str) -> None:
    limit, doubts = parse_limit(text)
    assert limit == Limit(Decimal(value), unit, text)
    assert [each.code for each in doubts] == [doubt]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("", "limit_missing"),
        (None, "limit_missing"),
        (" \n", "limit_missing"),
        ("24", "limit_without_unit"),
        ("立即", "limit_at_once"),
        ("0天", "limit_unreadable"),
        ("0.001天", "limit_unreadable"),
        ("9" * 40 + "天", "limit_unreadable"),
        ("二三小时", "limit_unreadable"),
        ("1个月", "limit_unreadable"),
        ("11月22日", "limit_unreadable"),
        ("见附件", "limit_unreadable"),
    ],
)
def test_gives_no_limit_where_none_can_be_trusted(text: str | None, doubt: str) -> None:
    limit, doubts = parse_limit(text)
    assert limit is None
    assert [each.code for each in doubts] == [doubt]


@given(
    value=st.decimals(min_value="0.01", max_value="99999", places=2),
    unit=st.sampled_from(LIMIT_UNITS),
    data=st.data(),
    blank=st.sampled_from(["", " ", "\n", "　"]),
    measure=st.sampled_from(["", "个"]),
)
def test_every_number_with_a_unit_is_read_back(
    value: Decimal, unit: str, data: st.DataObject, blank: str, measure: str
) -> None:
    word = data.draw(st.sampled_from(WORDS[unit]))
    limit, doubts = parse_limit(f"{blank}{value}{blank}{measure}{word}{blank}")
    assert doubts == []
    assert limit is not None
    assert (limit.value, limit.unit) == (value, unit)


@given(value=st.integers(1, 999), unit=st.sampled_from(LIMIT_UNITS))
def test_full_width_and_chinese_numerals_mean_the_same(value: int, unit: str) -> None:
    word = WORDS[unit][0]
    wide = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for text in (f"{wide}{word}", f"{_chinese(value)}{word}"):
        limit, doubts = parse_limit(text)
        assert limit is not None, text
        assert (limit.value, limit.unit, doubts) == (value, unit, []), text


@given(st.text(max_size=60))
def test_any_text_gives_a_good_limit_or_a_doubt(text: str) -> None:
    limit, doubts = parse_limit(text)
    if limit is None:
        assert doubts
    else:
        assert 0 < limit.value < 1_000_000
        assert limit.value == limit.value.quantize(Decimal("0.01"))
        assert limit.unit in LIMIT_UNITS
        assert limit.text == text.strip()


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")


@pytest.mark.parametrize("text", ["-3天", "−2工作日", "负3天", "至-3天"])
def test_less_than_nothing_is_no_limit(text: str) -> None:
    limit, doubts = parse_limit(text)
    assert limit is None
    assert [each.code for each in doubts] == ["limit_unreadable"]
