"""Why a row could not be resolved, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gridsvc.errors import Fault, Place, Text
from gridsvc.geography import DATUMS
from gridsvc.responsibility.gathering.given import fact_fault
from gridsvc.responsibility.queries import Queries

PROBLEMS = (
    "", "no_place", "bad_number", "bad_datum", "bad_time", "unknown_class", "unknown_clause", "bad_fact",
)  # fmt: skip
NO_PLACE, BAD_NUMBER, BAD_DATUM, BAD_TIME, CLASS, CLAUSE, BAD_FACT = range(1, 8)


def fault_of(queries: Queries, row: int, problem: int, class_faults: Mapping[int, Fault]) -> Fault:
    """Return the fault of a row; `problem` numbers PROBLEMS, `class_faults` are by number of class words."""
    if problem == CLASS:
        return class_faults[int(queries.class_words(np.array([row]))[0])]
    if problem == BAD_FACT:
        return fact_fault(queries.facts, row)
    if problem == CLAUSE:
        return Fault(
            "unknown_clause",
            Text(
                "所选立案条件不属于该小类的现行条款。",
                "The chosen condition is none of the class's in force.",
            ),
            Place(column="clause_id", value=str(int(queries.clause_id[row]))),
            Text("请从答案的 clauses 中选择。", "Choose one of the answer's clauses."),
        )
    lon, lat = float(queries.lon[row]), float(queries.lat[row])
    accuracy = float(queries.accuracy_m[row])
    if problem == BAD_NUMBER and not np.isnan(accuracy) and not 0 < accuracy < np.inf:
        return Fault(
            "bad_number",
            Text(f"定位精度 {accuracy:g} 不是正数。", f"The accuracy {accuracy:g} is no positive number."),
            Place(column="accuracy", value=f"{accuracy:g}"),
            Text("以米为单位，例如 10。", "In metres, such as 10."),
        )
    heading, number = float(queries.heading_deg[row]), int(queries.house_number[row])
    if problem == BAD_NUMBER and _bad_heading(heading):
        return Fault(
            "bad_number",
            Text(f"行车方向 heading_deg = {heading:g} 无效。", f"The heading_deg {heading:g} is not valid."),
            Place(column="heading_deg", value=f"{heading:g}"),
            Text("0 至 360 度，北为 0，顺时针。", "0 to 360 degrees, clockwise from north."),
        )
    if problem == BAD_NUMBER and (number == 0 or number < -1):
        return Fault(
            "bad_number",
            Text(f"门牌号 house_number = {number} 无效。", f"The house_number {number} is not valid."),
            Place(column="house_number", value=str(number)),
            Text("门牌号为 1 以上的整数。", "A house number is 1 or more."),
        )
    if problem == NO_PLACE:
        return Fault(
            "no_place",
            Text("没有坐标。", "There are no coordinates."),
            Place(column="lon, lat"),
            Text("请补充经纬度。", "Give lon and lat."),
        )
    if problem == BAD_DATUM:
        datum = queries.datum[row]
        return Fault(
            "bad_datum",
            Text(f"不认识的坐标基准“{datum}”。", f"Unknown datum {datum!r}."),
            Place(column="datum", value=datum),
            Text(f"可用：{'、'.join(DATUMS)}。", f"Use one of {', '.join(DATUMS)}."),
        )
    if problem == BAD_TIME:
        return Fault(
            "bad_time",
            Text(
                "时间无法识别，或超出工作日历的范围。",
                "The time cannot be read, or lies beyond the calendar.",
            ),
            Place(column="at"),
            Text("请用 2026-11-22T10:00:00+08:00 的形式。", "Write it like 2026-11-22T10:00:00+08:00."),
        )
    swapped = abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180
    return Fault(
        "bad_number",
        Text(
            f"经度 {lon}、纬度 {lat} 不是有效的度数。", f"lon {lon}, lat {lat} are not degrees on the Earth."
        ),
        Place(column="lon, lat", value=f"{lon}, {lat}"),
        Text("经纬度似乎颠倒了。", "Longitude and latitude seem to be swapped.")
        if swapped
        else Text("经度应在 ±180、纬度在 ±90 之内。", "lon lies within ±180, lat within ±90."),
    )


def _bad_heading(heading: float) -> bool:
    return not (np.isnan(heading) or 0 <= heading <= 360)
