"""Invented names for the sample's streets and communities.

None is meant to be a real place. The code and the names of the district and of its eight street offices are
the only facts in the sample.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

DISTRICT = ("610103", "碑林区")
STREETS = (
    ("610103001", "南院门街道"),
    ("610103002", "柏树林街道"),
    ("610103003", "长乐坊街道"),
    ("610103004", "东关南街街道"),
    ("610103005", "太乙路街道"),
    ("610103006", "文艺路街道"),
    ("610103007", "长安路街道"),
    ("610103008", "张家村街道"),
)

# Six east-west arterials from north to south, then nine north-south ones from west to east.
ARTERIALS = (
    "承宣大街",
    "启明路",
    "环河大道",
    "青梧路",
    "澄观路",
    "南屏大道",
    "西岭大道",
    "望槐路",
    "含章路",
    "中轴大街",
    "云杉路",
    "东河路",
    "锦岸路",
    "晴川路",
    "东岭大道",
)
DIAGONAL = "迎晖斜街"

_FIRST = "安永兴文和德仁崇景明瑞福庆泰丰光正清怀致敬雅静知"
_SECOND = "和宁文平乐仁礼明德兴盛昌康祥远达定善学民业信诚望"
# Names of this pattern that a reader from Xi'an would take for the real street.
_REAL = {"永宁", "文昌", "安定", "兴庆", "永乐", "兴善", "明德", "崇业", "文艺", "德福", "光明"}

_COMMUNITY_FIRST = "槐桐柳桂梅兰竹枫榆杏棠荷菊蓉樱松杉梧柏楠桑榴"
_COMMUNITY_SECOND = ("荫里", "林苑", "岸", "坊", "园里")


def street_names(rng: np.random.Generator) -> Iterator[str]:
    """Yield distinct stems of two characters for streets and lanes, then numbered ones without end."""
    stems = [a + b for a in _FIRST for b in _SECOND if a != b and a + b not in _REAL]
    order = rng.permutation(len(stems))
    yield from (stems[i] for i in order)
    for number in "一二三四五六七八九":
        yield from (stems[i] + number for i in order)


def community_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` distinct names of communities."""
    names = [a + b + "社区" for a in _COMMUNITY_FIRST for b in _COMMUNITY_SECOND]
    return [names[i] for i in rng.permutation(len(names))[:count]]
