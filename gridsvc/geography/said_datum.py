"""What a file says of its own datum in a column: 坐标系 = GCJ-02, or the `datum` of our own exports."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridsvc.errors import Text
from gridsvc.geography.findings import Findings
from gridsvc.geography.reading import VectorTable

_COLUMNS = ("datum", "坐标系", "坐标系统", "坐标基准", "基准", "坐标类型", "coord_type", "coordsys")
_WORDS = (
    ("bd09", ("bd09", "百度", "baidu")),
    ("gcj02", ("gcj02", "火星", "国测局", "高德", "腾讯", "amap")),
    ("wgs84", ("wgs84", "epsg4326")),
    ("cgcs2000", ("cgcs2000", "国家2000", "2000国家", "epsg4490")),
)
_SHIFTED = ("gcj02", "bd09")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class SaidDatum:
    """A feature (its index) whose `column` has a `value` that names the datum `name`."""

    name: str
    column: str
    value: str
    feature: int


def said_datums(table: VectorTable) -> list[SaidDatum]:
    """Return the datums that a layer says of itself, each with the first feature that says so.

    What names none that we know (a date, a datum of heights, a local system) says nothing.
    """
    found: dict[str, SaidDatum] = {}
    for column, values in zip(table.columns, table.values, strict=True):
        if column.strip().casefold() not in _COLUMNS or values.dtype.kind not in "OUS":
            continue
        texts = [value if isinstance(value, str) else "" for value in values.tolist()]
        for value in dict.fromkeys(texts):
            name = _named(value)
            if name is not None and name not in found:
                found[name] = SaidDatum(name, column, value, texts.index(value))
    return list(found.values())


def check_said(said: list[SaidDatum], datum: str | None, findings: Findings) -> None:
    """Refuse a layer that says of itself that it is in another datum than it is taken for (None: WGS 84).

    Where the user said which datum it is (`datum`), it is doubtful. WGS 84 and CGCS2000 are the same here.
    """
    for each in said:
        if _plain(each.name) == _plain(datum or "wgs84"):
            continue
        number = findings.number(each.feature)
        zh = f"文件自己在列“{each.column}”（第 {number} 个要素）写明坐标是 {each.name}，"
        en = f"The column {each.column!r} (feature {number}) says that the coordinates are {each.name}; "
        if datum is None:
            remedy = Text(
                f"用 --datum {each.name} 说明；若该列有误，用 --datum wgs84 说明。",
                f"Say --datum {each.name}; if the column is wrong, say --datum wgs84.",
            )
            if len(said) > 1:
                remedy = Text(
                    "按基准把文件分开，分别用 --datum 导入。",
                    "Divide the file by datum, and import each part with its --datum.",
                )
            findings.refuse(
                "wrong_datum",
                Text(f"{zh}却会被当作 WGS 84。", f"{en}they would be taken for WGS 84."),
                remedy,
                column=each.column,
                value=each.value,
            )
        else:
            findings.doubt(
                "wrong_datum",
                Text(f"{zh}按您所说的 {datum} 采用。", f"{en}taken as {datum} on your word."),
                Text("核对 --datum 与该列。", "Check --datum against the column."),
                column=each.column,
                value=each.value,
            )


def shifted_of(said: list[SaidDatum]) -> str | None:
    """Return the one datum that a layer says it is in, where that is GCJ-02 or BD-09."""
    return said[0].name if len(said) == 1 and said[0].name in _SHIFTED else None


def _named(value: str) -> str | None:
    if len(value) > _LONGEST:
        return None
    plain = re.sub(r"[\W_]", "", value.casefold())
    return next((name for name, words in _WORDS if any(word in plain for word in words)), None)


def _plain(datum: str) -> str:
    return "wgs84" if datum == "cgcs2000" else datum
