"""What is said of a track that cannot be taken, or only with doubt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridsvc.errors import Fault, Place, Text
from gridsvc.tracks.cleaning import GAP_S
from gridsvc.tracks.fixes import Track, instant

_REASON_WORDS = {
    "no_time": Text("没有时间", "without a time"),
    "no_place": Text("没有位置", "without a place"),
    "in_future": Text("时间在将来", "in the future"),
    "too_old": Text("早于 2000 年", "before the year 2000"),
    "repeated": Text("同一时刻重复", "at an instant that another has"),
    "jump": Text("跳点（超过 40 米/秒）", "jumps (faster than 40 m/s)"),
    "alone": Text("前后四小时没有其他定位点", "with no other within four hours"),
}
_MANY = 0.1


def said_dropped(track: Track) -> Text:
    """Return how many fixes were left out, by reason."""
    return Text(
        "、".join(f"{_REASON_WORDS[name].zh} {count:,}" for name, count in track.dropped.items()),
        ", ".join(f"{count:,} {_REASON_WORDS[name].en}" for name, count in track.dropped.items()),
    )


def useless_fault(track: Track, file: str) -> Fault:
    """Return why a track has no minute that counts."""
    out = said_dropped(track)
    left = Text(f"；略去：{out.zh}", f"; left out: {out.en}") if track.dropped else Text("", "")
    if not len(track):
        code = "no_times" if set(track.dropped) == {"no_time"} else "no_fixes"
        message = Text(f"没有可用的定位点{left.zh}。", f"No fix can be used{left.en}.")
        return Fault(code, message, _place(track, file))
    if len(track) == 1:
        return Fault(
            "one_fix",
            Text(f"只有一个定位点{left.zh}。", f"There is one fix only{left.en}."),
            _place(track, file),
        )
    apart = float(np.median(np.diff(track.at)) / 1e6)
    return Fault(
        "too_sparse",
        Text(
            f"{len(track):,} 个定位点之间都超过 {GAP_S:.0f} 秒（中位数 {apart:,.0f} 秒），"
            f"算不出巡查时间{left.zh}。",
            f"Its {len(track):,} fixes are all more than {GAP_S:.0f} s apart (median {apart:,.0f} s): nobody"
            f" knows where the patrol was between{left.en}.",
        ),
        _place(track, file),
        Text("请在应用中把记录间隔设为 60 秒以内。", "Have the app write a fix every 60 s or more often."),
    )


def stranger_fault(track: Track, file: str, nearest: str, metres: float) -> Fault:
    """Return that no fix lies in any cell, with the distance to the nearest."""
    away = f"{metres / 1000:,.1f} km" if metres >= 1000 else f"{metres:.0f} m"
    return Fault(
        "another_city",
        Text(
            f"轨迹全部在网格之外，离最近的单元网格（{nearest}）{away}。",
            f"The whole track lies outside the grid, {away} from the nearest cell ({nearest}).",
        ),
        _place(track, file),
        Text(
            "若是坐标基准不同，用 --datum 说明；否则该轨迹不属于本区。",
            "If its datum is another, say so by --datum; else it is not a track of this area.",
        ),
    )


def overlap_fault(track: Track, file: str, others: Sequence[int]) -> Fault:
    """Return that the patrol has been elsewhere at that time."""
    listed = ", ".join(map(str, others[:5]))
    return Fault(
        "track_overlaps",
        Text(
            f"同一时间“{track.patrol}”已有轨迹 {listed}：时间会重复计算。",
            f"{track.patrol!r} has a track at that time already ({listed}): minutes would count twice.",
        ),
        _place(track, file),
        Text(
            "同一轨迹的完整版本用 --replace 取代；另一名巡查员用 --patrol 另取名称。",
            "Take its place by --replace if this one is more complete; name another inspector by --patrol.",
        ),
    )


def doubts_of(track: Track, file: str, outside_minutes: float) -> list[Fault]:
    """Return what is doubtful about a track that was taken."""
    found = []
    dropped = {name: count for name, count in track.dropped.items() if name not in ("repeated", "alone")}
    if sum(dropped.values()) > _MANY * (len(track) + sum(dropped.values())):
        out = said_dropped(track)
        found.append(
            Fault(
                "many_dropped",
                Text(f"略去的定位点较多：{out.zh}。", f"Many fixes were left out: {out.en}."),
                _place(track, file),
            )
        )
    if track.unordered:
        found.append(
            Fault(
                "unordered",
                Text("定位点不按时间排列，已重新排列。", "The fixes were not in the order of time; sorted."),
                _place(track, file),
            )
        )
    if outside_minutes > _MANY * track.minutes:
        found.append(
            Fault(
                "partly_outside",
                Text(
                    f"{track.minutes:,.0f} 分钟中有 {outside_minutes:,.0f} 分钟在网格之外，不计入。",
                    f"{outside_minutes:,.0f} of {track.minutes:,.0f} minutes lie outside the grid and do not"
                    " count.",
                ),
                _place(track, file),
            )
        )
    if track.gap_minutes > track.minutes:
        found.append(
            Fault(
                "mostly_gaps",
                Text(
                    f"定位中断共 {track.gap_minutes:,.0f} 分钟，只有 {track.minutes:,.0f} 分钟计入。",
                    f"Fixes are missing for {track.gap_minutes:,.0f} minutes; {track.minutes:,.0f} count.",
                ),
                _place(track, file),
            )
        )
    return found


def _place(track: Track, file: str) -> Place:
    begins = f" {instant(int(track.at[0])).isoformat(timespec='seconds')}" if len(track) else ""
    return Place(file=file, value=f"{track.where}{begins}")
