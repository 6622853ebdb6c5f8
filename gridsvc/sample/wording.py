"""The words of the sample's reports: what was seen, where, and who says so, put together from arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.sample.specification import SpecificationRow

Words = NDArray[np.object_]
Numbers = NDArray[np.int64]

SOURCES = ("采集员上报", "12345热线", "视频巡查", "公众上报", "领导批办")
SOURCE_SHARES = {
    "day": (0.83, 0.075, 0.03, 0.05, 0.015),
    "any": (0.58, 0.20, 0.08, 0.12, 0.02),
    "evening": (0.45, 0.29, 0.11, 0.13, 0.02),
    "rain": (0.30, 0.38, 0.12, 0.18, 0.02),
    "snow": (0.45, 0.28, 0.08, 0.16, 0.03),
    "planted": (0.56, 0.14, 0.17, 0.12, 0.01),
}
OPENERS = (
    ("巡查发现", "日常巡查至此，", "网格内发现", "现场查看，", "巡查中见", "", "", "复查时发现"),
    ("市民来电反映", "居民投诉，", "来电人称", "群众反映", "热线转办：", "住户来电，"),
    ("视频巡查发现", "监控画面显示", "视频识别：", "探头画面中"),
    ("随手拍：", "路过看到", "群众上报", "小程序上报，", "这里", ""),
    ("领导批示：", "上级交办：", "督办件：", "媒体反映"),
)
CLOSERS = (
    (
        "。",
        "，已拍照。",
        "，请安排处置。",
        "，影响市容。",
        "，影响通行。",
        "",
        "，请派人查看。",
        "，照片已上传。",
    ),
    ("，请尽快处理。", "，希望有人管。", "，多次反映未解决。", "，要求回复。", "，诉求合理，请核实处理。"),
    ("。", "，请派人现场处置。", "，截图附后。", ""),
    ("，求处理！", "，好几天了", "，谢谢", "，走路都不方便。", "", "，麻烦派人看看"),
    ("，请限期办结并反馈。", "，请立即整改。", "，请属地落实。"),
)
# What people say besides the words of the specification.
_SAYINGS = {
    "0201": (
        "墙上贴满小广告",
        "电杆上张贴租房小广告",
        "站牌被喷涂办证号码",
        "卷闸门上有刻章、办证喷号",
        "变电箱贴着贷款广告",
        "夜里有人张贴小广告，胶印未干",
        "楼道口、围墙上有开锁疏通小广告",
        "护栏上粘贴招工小广告",
    ),
    "0406": (
        "有人摆摊卖水果",
        "烤冷面、炸串摊占着人行道",
        "三轮车卖菜，买的人围了一圈",
        "摆地摊卖袜子、手机壳",
        "流动餐车占道，地上有油污",
        "多个小吃摊占道，行人绕行到车行道",
        "摆摊卖玩具、文具",
    ),
    "0405": (
        "店铺把桌椅摆到门外",
        "商户店外堆放货箱",
        "水果店把摊位伸到盲道上",
        "餐馆在人行道上支桌子",
        "门店在外摆放展架、音箱",
        "五金店在门前切割加工",
    ),
    "0401": (
        "商贩推车叫卖烤红薯",
        "流动商贩卖花",
        "骑电动三轮车的商贩叫卖",
        "商贩挑担卖樱桃",
        "有人提篮兜售小商品",
    ),
    "0410": ("电动车停满人行道", "共享单车倒了一片", "非机动车压着盲道停放", "车辆堵住小区出入口"),
    "0112": ("路面有烟头纸屑", "路上落叶没扫", "地面有油渍", "人行道上有宠物粪便"),
    "0110": ("垃圾袋扔在路边", "垃圾桶旁垃圾成堆，有苍蝇", "巷口有一堆生活垃圾", "绿化带旁倒了厨余垃圾"),
    "0137": ("路灯不亮", "这一段路灯全黑了", "路灯一闪一闪", "灯杆下接线盖没了"),
    "0402": ("树枝断了挂在半空", "行道树枯死", "树枝挡住了信号灯", "树坑里没有树"),
    "0305": ("果皮箱满了没人清", "果皮箱门坏了", "果皮箱被撞倒", "果皮箱里冒烟"),
}
WHERE = ("门前", "附近", "对面", "路边", "旁", "门口", "路东", "路西", "路北", "路南", "人行道上", "拐角处")


class Phrases:
    """Everything that can be said of each class, flattened so that a draw is one index."""

    def __init__(self, reference: Sequence[SpecificationRow], classes: Sequence[tuple[str, str]]) -> None:
        said: list[str] = []
        starts, counts = [], []
        by_class: dict[tuple[str, str], list[SpecificationRow]] = {}
        for row in reference:
            by_class.setdefault((row.kind, row.class_code), []).append(row)
        for kind, code in classes:
            options: list[str] = []
            for row in by_class[kind, code]:
                whole = row.filing_condition
                options += [whole, whole.split("，")[0], whole.split("，或")[0]]
                options.append(f"{row.name}：{whole.split('，')[0]}")
            # The clearer a class is to people, the more ways they have of saying it.
            options += 4 * list(_SAYINGS.get(code, ())) if kind == "event" or code in _SAYINGS else []
            starts.append(len(said))
            counts.append(len(options))
            said += options
        self._said = np.array(said, dtype=object)
        self._starts, self._counts = np.array(starts), np.array(counts)

    def draw(self, rng: np.random.Generator, number: Numbers) -> Words:
        """Return a phrase for each class number, shape (n,)."""
        pick = (rng.random(len(number)) * self._counts[number]).astype(np.int64)
        return np.asarray(self._said[self._starts[number] + pick])


def pick(rng: np.random.Generator, options: Sequence[Sequence[str]], group: Numbers) -> Words:
    """Return one of the options of each element's group, shape (n,)."""
    flat = np.array([word for words in options for word in words], dtype=object)
    counts = np.array([len(words) for words in options])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return np.asarray(flat[starts[group] + (rng.random(len(group)) * counts[group]).astype(np.int64)])


def compose_text(rng: np.random.Generator, source: Numbers, place: Words, phrase: Words) -> Words:
    """Return the texts: opener, place for four in ten, phrase, closer."""
    named = np.where(rng.random(len(source)) < 0.4, place, "").astype(object)
    return np.asarray(pick(rng, OPENERS, source) + named + phrase + pick(rng, CLOSERS, source))


def compose_address(
    rng: np.random.Generator, road: Words, community: Words, landmark: Words, number: Numbers
) -> Words:
    """Return addresses: beside a landmark, by house number on a road, or a building of a community.

    `road` and `landmark` are "" where there is none.
    """
    count = len(road)
    where = np.array(WHERE, dtype=object)[rng.integers(len(WHERE), size=count)]
    figures = np.char.mod("%d", number).astype(object)
    by_number = road + figures + np.full(count, "号", dtype=object) + where
    by_building = (
        community + np.char.mod("%d", number % 38 + 1).astype(object) + np.full(count, "号楼", object)
    )
    by_building = by_building + where
    by_road = community + road + where
    chance = rng.random(count)
    address = np.where(chance < 0.62, by_number, by_road)
    address = np.where((road == "") | (chance > 0.9), by_building, address)
    return np.asarray(np.where(landmark != "", landmark + where, address))
