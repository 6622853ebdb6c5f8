"""What a datum check says in words, and what an import does about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridsvc.errors import Text
from gridsvc.geography.datum import from_wgs84
from gridsvc.geography.datum_check import DatumVerdict, judge_datum, outline_places
from gridsvc.geography.findings import Findings
from gridsvc.geography.known_ground import KnownGround
from gridsvc.geography.rings import Geometries

DATUM_NAMES = {
    "wgs84": Text("WGS 84（CGCS2000）", "WGS 84 (CGCS2000)"),
    "gcj02": Text("GCJ-02（高德、腾讯）", "GCJ-02 (Amap, Tencent)"),
    "bd09": Text("BD-09（百度）", "BD-09 (Baidu)"),
    "gcj02_undone": Text(
        "被误当作 GCJ-02 而多转换一次的 WGS 84", "WGS 84 that was taken for GCJ-02 and converted"
    ),
    "gcj02_twice": Text("偏移了两次的 GCJ-02", "GCJ-02 that was shifted twice"),
}
"""The hypotheses of `datum_check` in words."""


# The shift is one of longitude and latitude; who projected shifted numbers has to take that back first.
_TO_DEGREES = "ogr2ogr -t_srs EPSG:4490 …"


def finding_of(verdict: DatumVerdict, ground: Text) -> Text | None:
    """Return what a verdict found wrong, None when nothing."""
    if verdict.alarm:
        found, said = DATUM_NAMES[verdict.likeliest.name], DATUM_NAMES[verdict.declared]
        off = verdict.likeliest.displacement
        return Text(
            f"与{ground.zh}对照，坐标不像 {said.zh}，而像 {found.zh}：似然比 10^{_ratio(verdict)}"
            f"（{verdict.places} 处）；坐标偏离真实位置 {off.length_m:.0f} m"
            f"（东 {off.east_m:+.0f}、北 {off.north_m:+.0f} m）{_moved(verdict).zh}。",
            f"Against {ground.en} the numbers are not {said.en} but {found.en}: likelihood ratio"
            f" 10^{_ratio(verdict)} on {verdict.places} places; they lie {off.length_m:.0f} m off"
            f" ({off.east_m:+.0f} m east, {off.north_m:+.0f} m north){_moved(verdict).en}.",
        )
    if verdict.unexplained and verdict.moved is not None:
        off = verdict.moved
        return Text(
            f"与{ground.zh}对照，坐标整体偏离约 {off.length_m:.0f} m"
            f"（东 {off.east_m:+.0f}、北 {off.north_m:+.0f} m），不是任何已知偏移"
            f"（可能是地方坐标系或旧基准）。",
            f"Against {ground.en} the places lie {off.length_m:.0f} m off as a whole"
            f" ({off.east_m:+.0f} m east, {off.north_m:+.0f} m north), by no known datum"
            " (perhaps a local system or an old one).",
        )
    return None


def remedy_of(verdict: DatumVerdict, *, given: bool = False) -> Text | None:
    """Return what to do about what was found; `given`: the user said which datum it is, and was believed."""
    if verdict.alarm and given:
        against = _ratio(verdict)
        return Text(
            f"按您所说的 --datum {verdict.declared} 采用；反对它的证据为 10^{against}。"
            "核对对照的图层与文件来源。",
            f"Taken as {verdict.declared} on your word; the evidence against it is 10^{against}. Check the"
            " layer that they were held against, and where the file comes from.",
        )
    if verdict.alarm and verdict.likeliest.name in ("wgs84", "gcj02", "bd09"):
        name = verdict.likeliest.name
        return Text(
            f"用 --datum {name} 说明（投影坐标的文件须先换算成经纬度：{_TO_DEGREES}）；"
            f"若坐标确为 {verdict.declared}，用 --datum {verdict.declared} 说明，并核对对照的图层。",
            f"Say --datum {name} (of a projected file after it was brought to lon/lat: {_TO_DEGREES}); if"
            f" they are {verdict.declared} all the same, say --datum {verdict.declared} and check the layer"
            " that they were held against.",
        )
    if verdict.alarm or verdict.unexplained:
        return Text(
            "在数据来源处改正坐标后再导入。", "Have the coordinates put right where they come from first."
        )
    return None


def check_against(
    roads: Sequence[KnownGround],
    areas: Sequence[KnownGround],
    geometries: Geometries,
    datum: str | None,
    findings: Findings,
) -> bool:
    """Refuse a layer (degrees of WGS 84, converted from `datum`) that is far likelier in another datum.

    It is only doubtful when the user said which datum it is, or when another ground confirms what it says.
    But loaded `areas` confirm nothing against `roads`: they may have been loaded in the same wrong datum.
    Returns whether there was ground enough near it to tell anything.
    """
    grounds = (*roads, *areas)
    if not grounds:
        return False
    declared = datum or "wgs84"
    places = from_wgs84(declared, *outline_places(geometries))
    verdicts = [judge_datum(*places, ground, declared=declared, look_for_move=False) for ground in grounds]
    alarmed = [k for k, verdict in enumerate(verdicts) if verdict.alarm]
    if not alarmed:
        return any(verdict.hypotheses for verdict in verdicts)
    first = grounds[alarmed[0]]
    verdict = judge_datum(*places, first, declared=declared)
    message = finding_of(verdict, first.name)
    if message is None:
        return True
    agreeing = [k for k, each in enumerate(verdicts) if each.confirmed]
    overruled = [grounds[k].name for k in agreeing if alarmed[0] < len(roads) <= k]
    if overruled:
        name = overruled[0]
        message = Text(
            f"{message.zh}{name.zh}与文件一致，可能同样载错了基准。",
            f"{message.en} They agree with {name.en}, which may have been loaded in the same wrong datum.",
        )
    certain = datum is None and len(agreeing) == len(overruled)
    note = findings.refuse if certain else findings.doubt
    note("wrong_datum", message, remedy_of(verdict, given=datum is not None))
    return True


def _ratio(verdict: DatumVerdict) -> int:
    return int(np.floor(verdict.likeliest.log10_ratio))


def _moved(verdict: DatumVerdict) -> Text:
    if verdict.moved is None:
        return Text("", "")
    off = verdict.moved
    return Text(
        f"，数据自身显示 {off.length_m:.0f} m（东 {off.east_m:+.0f}、北 {off.north_m:+.0f} m）",
        f"; the places themselves show {off.length_m:.0f} m ({off.east_m:+.0f} m east,"
        f" {off.north_m:+.0f} m north)",
    )
