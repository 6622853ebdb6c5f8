"""What may be asked, and how a wrong question is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots import Hours, Question
from tests.hotspots.district import ZONE

DAY = date(2026, 3, 10)


def test_the_last_day_is_included_whole():
    question = Question.of(["0201"], DAY, DAY, ZONE)
    assert question.start == datetime(2026, 3, 10, tzinfo=ZONE)
    assert question.end == datetime(2026, 3, 11, tzinfo=ZONE)


def test_classes_come_once_however_they_are_written():
    question = Question.of(["0201,0202", " 0203 、0201", "非法小广告，0202"], DAY, DAY, ZONE)
    assert question.classes == ("0201", "0202", "0203", "非法小广告")


@pytest.mark.parametrize(
    ("given", "first", "last"), [("17-21", 17, 21), ("21-5", 21, 5), ("0-24", 0, 24), (" 8 – 9", 8, 9)]
)
def test_hours(given: str, first: int, last: int):
    assert Hours.parse(given) == Hours(first, last)


@pytest.mark.parametrize("given", ["17", "17-17", "25-3", "5-25", "a-b", "17:00-21:00", ""])
def test_wrong_hours_are_refused(given: str):
    with pytest.raises(WrongUsage) as caught:
        Hours.parse(given)
    assert caught.value.code == "bad_hours"


def test_a_reversed_period_is_refused():
    with pytest.raises(InputRefused) as caught:
        Question.of(["0201"], DAY, date(2026, 3, 9), ZONE)
    assert caught.value.code == "period_reversed"
    assert caught.value.exit_status == 1


@pytest.mark.parametrize(
    ("classes", "kind", "code"), [([" , "], None, "no_class"), (["0201"], "部件", "bad_kind")]
)
def test_wrong_usage(classes: list[str], kind: str | None, code: str):
    with pytest.raises(WrongUsage) as caught:
        Question.of(classes, DAY, DAY, ZONE, kind=kind)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("first", "last", "words", "code"),
    [
        (date(2026, 1, 1), date(2045, 12, 31), 200, None),
        (date(2026, 1, 1), date(2126, 1, 1), 1, "period_too_long"),
        (date(1, 1, 1), date(1, 1, 2), 1, "period_too_long"),
        (date(9999, 12, 31), date(9999, 12, 31), 1, "period_too_long"),
        (DAY, DAY, 201, "too_many_classes"),
    ],
)
def test_a_question_has_its_limits(first: date, last: date, words: int, code: str | None) -> None:
    asked = [",".join(f"{number:04d}" for number in range(words))]
    if code is None:
        assert Question.of(asked, first, last, ZONE).end.year == 2046
        return
    with pytest.raises(InputRefused) as refused:
        Question.of(asked, first, last, ZONE)
    assert refused.value.code == code
    assert refused.value.remedy is not None
