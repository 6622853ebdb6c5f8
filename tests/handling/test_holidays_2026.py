"""The holidays and make-up days of 2026 against the State Council's notice, word by word.

Notice of the General Office on holidays in 2026 (国务院办公厅关于2026年部分节假日安排的通知, 4 November 2025), as the
press printed it. The table gives each day with the weekday that the notice writes beside it, so that a slip of
the pen here would not agree with itself. The service has its days from the package chinesecalendar.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from gridsvc.handling.calendar import WorkingCalendar, instant_at
from tests.handling.clerk import HOURS

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkingCalendar.of("china", HOURS, SHANGHAI)
WEEKDAYS = "一二三四五六日"

NOTICE = (
    ("元旦", "1月1日", "周四", "1月3日", "周六", 3, (("1月4日", "周日"),)),
    ("春节", "2月15日", "周日", "2月23日", "周一", 9, (("2月14日", "周六"), ("2月28日", "周六"))),
    ("清明节", "4月4日", "周六", "4月6日", "周一", 3, ()),
    ("劳动节", "5月1日", "周五", "5月5日", "周二", 5, (("5月9日", "周六"),)),
    ("端午节", "6月19日", "周五", "6月21日", "周日", 3, ()),
    ("中秋节", "9月25日", "周五", "9月27日", "周日", 3, ()),
    ("国庆节", "10月1日", "周四", "10月7日", "周三", 7, (("9月20日", "周日"), ("10月10日", "周六"))),
)


def day_of(words: str) -> date:
    month, _, rest = words.partition("月")
    return date(2026, int(month), int(rest.rstrip("日")))


def hours_on(day: date) -> list[tuple[int, int]]:
    begin, end = instant_at(day, 0, SHANGHAI), instant_at(day + timedelta(days=1), 0, SHANGHAI)
    return [
        ((opens - begin) // 60_000_000, (closes - begin) // 60_000_000)
        for opens, closes in CHINA.sessions(begin, end)
    ]


FULL_DAY = [(480, 720), (840, 1080)]
OFF = {
    day_of(first) + timedelta(days=k)
    for _, first, _, last, _, _, _ in NOTICE
    for k in range((day_of(last) - day_of(first)).days + 1)
}
MAKE_UP = {day_of(words) for *_, make_up in NOTICE for words, _ in make_up}


@pytest.mark.parametrize(("name", "first", "first_is", "last", "last_is", "days", "make_up"), NOTICE)
def test_the_notice_agrees_with_itself(
    name: str,
    first: str,
    first_is: str,
    last: str,
    last_is: str,
    days: int,
    make_up: tuple[tuple[str, str], ...],
) -> None:
    for words, weekday in ((first, first_is), (last, last_is), *make_up):
        assert "周" + WEEKDAYS[day_of(words).weekday()] == weekday, name
    assert (day_of(last) - day_of(first)).days + 1 == days
    assert all(day_of(words).weekday() >= 5 for words, _ in make_up)


def test_every_day_of_2026_is_worked_as_the_notice_says() -> None:
    for k in range(365):
        day = date(2026, 1, 1) + timedelta(days=k)
        worked = day in MAKE_UP or (day not in OFF and day.weekday() < 5)
        assert hours_on(day) == (FULL_DAY if worked else []), day


def test_2026_in_numbers() -> None:
    """33 days off, 6 weekend days worked instead: 248 working days, as the year's table is printed."""
    assert (len(OFF), len(MAKE_UP)) == (33, 6)
    worked = [k for k in range(365) if hours_on(date(2026, 1, 1) + timedelta(days=k))]
    assert len(worked) == 261 - len([day for day in OFF if day.weekday() < 5]) + len(MAKE_UP) == 248
    assert 2026 in CHINA.published_years
