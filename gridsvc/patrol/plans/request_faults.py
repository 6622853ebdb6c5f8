"""What cannot be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.patrol.plans.request import (
    LONGEST_SHIFT,
    LONGEST_TEAM,
    MOST_PATROLS,
    MOST_PLACES,
    MOST_SEED,
    PlanAsked,
)


def check_request(asked: PlanAsked) -> None:
    """Refuse what no plan can be made of.

    Raises
    ------
    InputRefused
        `bad_request` with every fault: no patrols or more than MOST_PATROLS, a shift that ends before it
        begins or is longer than LONGEST_SHIFT, names used twice, numbers out of range; `row` of a fault is
        the patrol's number in the list.
    """
    faults = [*_of_the_plan(asked), *_of_the_patrols(asked)]
    if faults:
        raise InputRefused(
            "bad_request",
            Text(f"巡查计划的要求有 {len(faults)} 处不成立。", f"{len(faults)} things asked cannot be."),
            faults=faults,
        )


def _fault(code: str, column: str, value: object, zh: str, en: str, row: int | None = None) -> Fault:
    return Fault(code, Text(zh, en), Place(row=row, column=column, value=str(value)))


def _of_the_plan(asked: PlanAsked) -> list[Fault]:
    faults = []
    if not asked.patrols:
        faults.append(
            _fault("no_patrols", "patrols", 0, "没有巡查员：至少一名。", "There is no patrol: one at least.")
        )
    if len(asked.patrols) > MOST_PATROLS:
        faults.append(
            _fault(
                "too_many_patrols",
                "patrols",
                len(asked.patrols),
                f"一次最多 {MOST_PATROLS} 名巡查员。",
                f"{MOST_PATROLS} patrols at most in one plan.",
            )
        )
    if not timedelta() < asked.ends - asked.begins <= LONGEST_SHIFT:
        faults.append(
            _fault(
                "bad_shift",
                "shift",
                f"{asked.begins:%H:%M}-{asked.ends:%H:%M}",
                "班次须在 0 至 16 小时之间。",
                "A shift is longer than nothing and 16 hours at most.",
            )
        )
    if len(asked.team) > LONGEST_TEAM:
        faults.append(
            _fault(
                "too_long",
                "team",
                asked.team[:LONGEST_TEAM],
                f"队名最多 {LONGEST_TEAM} 个字。",
                f"A team's name has {LONGEST_TEAM} letters at most.",
            )
        )
    ranges: Sequence[tuple[str, float, float, float]] = (
        ("places", asked.most_places, 1, MOST_PLACES),
        ("weeks", asked.weeks, 3, 520),
        ("repeats", asked.repeats, 1, 4),
        ("floor", asked.floor, 0, 14),
        ("exploration", asked.exploration, 0, 0.5),
        ("within", asked.within, 0, 0.5),
        ("seconds", asked.seconds, 0.1, 600),
        ("iterations", 1 if asked.iterations is None else asked.iterations, 1, 10_000_000),
        ("seed", asked.seed or 0, 0, MOST_SEED),
        *(("dwell", dwell, 1, 240) for dwell in asked.dwells),
        *(("weight", weight, 0, 1e6) for weight in asked.weights.values()),
        *(() if asked.balance is None else (("balance", asked.balance, 1, 100),)),
    )
    faults += [
        _fault(
            "out_of_range",
            column,
            f"{value:g}",
            f"应在 {least:g} 与 {most:g} 之间。",
            f"It must be between {least:g} and {most:g}.",
        )
        for column, value, least, most in ranges
        if not least <= value <= most
    ]
    return faults


def _of_the_patrols(asked: PlanAsked) -> list[Fault]:
    faults = []
    seen: set[str] = set()
    for row, patrol in enumerate(asked.patrols, 1):
        if patrol.name in seen:
            faults.append(
                _fault(
                    "name_twice", "name", patrol.name, "两名巡查员同名。", "Two patrols have one name.", row
                )
            )
        seen.add(patrol.name)
        if not timedelta() < patrol.ends - patrol.begins <= LONGEST_SHIFT:
            faults.append(
                _fault(
                    "bad_shift",
                    "shift",
                    f"{patrol.name} {patrol.begins:%H:%M}-{patrol.ends:%H:%M}",
                    "班次须在 0 至 16 小时之间。",
                    "A shift is longer than nothing and 16 hours at most.",
                    row,
                )
            )
        elif patrol.begins >= asked.ends or patrol.ends <= asked.begins:
            faults.append(
                _fault(
                    "outside_shift",
                    "shift",
                    f"{patrol.name} {patrol.begins:%H:%M}-{patrol.ends:%H:%M}",
                    "该巡查员的时段与班次没有重合。",
                    "The hours of the patrol are none of the shift's.",
                    row,
                )
            )
        for spot in (patrol.start, patrol.end):
            if spot is not None and not (-180 <= spot.lon <= 180 and -90 <= spot.lat <= 90):
                faults.append(
                    _fault(
                        "bad_place",
                        "depot",
                        f"{spot.lon},{spot.lat}",
                        "经纬度超出范围（经度在前）。",
                        "Longitude or latitude is out of range (longitude first).",
                        row,
                    )
                )
        if patrol.pause is not None and not (
            0 < patrol.pause.minutes <= 240
            and patrol.begins <= patrol.pause.first <= patrol.pause.last <= patrol.ends
        ):
            faults.append(
                _fault(
                    "bad_break",
                    "break",
                    f"{patrol.name} {patrol.pause.minutes:g}@{patrol.pause.first:%H:%M}-"
                    f"{patrol.pause.last:%H:%M}",
                    "休息须为 1 至 240 分钟，且在班次之内开始。",
                    "A break has 1 to 240 minutes and begins within the shift.",
                    row,
                )
            )
    return faults
