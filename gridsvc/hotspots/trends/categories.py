"""The seventeen categories of emerging hot spots, in the order and with the rules of `hotspots.md` 3.6."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text

Steps = NDArray[np.bool_]

MOST_OF_THE_TIME = 0.9


@dataclass(frozen=True, slots=True)
class Category:
    """One of the seventeen: a stable `name`, its word, and what it means. Hot 1 to 8, cold 9 to 16."""

    name: str
    word: Text
    meaning: Text


_SIDE = (
    (
        "new",
        ("新增", "new"),
        ("最近一期首次{0}", "{0} in the last step, and never before"),
    ),
    (
        "consecutive",
        ("连续", "consecutive"),
        ("最近连续至少两期{0}，此前从未{0}", "{0} in an unbroken run of last steps, and never before it"),
    ),
    (
        "intensifying",
        ("增强", "intensifying"),
        ("至少 90 % 的时期{0}，且愈来愈{1}", "{0} in at least 90 % of the steps and the last, ever more so"),
    ),
    (
        "persistent",
        ("持续", "persistent"),
        (
            "至少 90 % 的时期{0}，强度无趋势",
            "{0} in at least 90 % of the steps and the last, without a trend",
        ),
    ),
    (
        "diminishing",
        ("减弱", "diminishing"),
        ("至少 90 % 的时期{0}，但在减弱", "{0} in at least 90 % of the steps and the last, ever less so"),
    ),
    (
        "sporadic",
        ("零星", "sporadic"),
        ("时有时无，最近一期{0}，从未{2}", "{0} on and off and in the last step, never {2}"),
    ),
    (
        "oscillating",
        ("振荡", "oscillating"),
        ("最近一期{0}，此前也曾{2}", "{0} in the last step, {2} in some step before"),
    ),
    (
        "historical",
        ("历史", "historical"),
        ("至少 90 % 的时期{0}，但最近一期不是", "{0} in at least 90 % of the steps, but not in the last"),
    ),
)


def _categories() -> tuple[Category, ...]:
    found = [
        Category(
            "no_pattern",
            Text("无模式", "no pattern"),
            Text("没有符合任何一类的变化", "none of the patterns holds"),
        )
    ]
    for side, zh, en in (("hot", ("偏高", "高", "偏低"), "cold"), ("cold", ("偏低", "低", "偏高"), "hot")):
        noun = "热点" if side == "hot" else "冷点"
        found += [
            Category(
                f"{name}_{side}",
                Text(word_zh + noun, f"{word_en} {side} spot"),
                Text(meaning_zh.format(*zh), meaning_en.format(side, side, en)),
            )
            for name, (word_zh, word_en), (meaning_zh, meaning_en) in _SIDE
        ]
    return tuple(found)


CATEGORIES = _categories()
NO_PATTERN = 0
COLD_FROM = 9


def classify(hot: Steps, cold: Steps, direction: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the index in `CATEGORIES` of each cell, shape (cells,).

    `hot`, `cold`: whether the cell was significantly so at each step, shape (cells, steps), never both.
    `direction`: 1, 0 or −1 where its score rises, has no trend, falls, shape (cells,).

    What the published words leave open (rules a to c of 3.6): the last step says which side is read first; a
    first hot step or a first unbroken run is New or Consecutive also after cold steps; hot in 90 % of the
    steps but not in the last is Historical, whatever the trend.
    """
    if hot.shape[1] == 0:
        return np.zeros(len(hot), np.int8)
    found = np.zeros(len(hot), np.int8)
    for one, other, rising, first in ((hot, cold, direction, 1), (cold, hot, -direction, COLD_FROM)):
        times = one.sum(axis=1)
        often = times >= MOST_OF_THE_TIME * one.shape[1] - 1e-9
        # The last unbroken run ends before the latest step that was not `one`.
        run = np.where(one.all(axis=1), one.shape[1], np.argmax(~one[:, ::-1], axis=1))
        now = one[:, -1]
        of_now = np.select(
            [
                times == 1,
                (times == run) & ~often,
                often & (rising > 0),
                often & (rising == 0),
                often,
                ~other.any(axis=1),
            ],
            [0, 1, 2, 3, 4, 5],
            6,
        )
        found = np.where(now, first + of_now, found).astype(np.int8)
        # Historical hot goes before Historical cold, which no cell of ten steps can be as well.
        before = often & ~now & ~other[:, -1] & (found == NO_PATTERN)
        found = np.where(before, first + 7, found).astype(np.int8)
    return found
