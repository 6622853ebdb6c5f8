"""Road links of any network: which of them may be borders, and which are one direction of a road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.building.placing import rounded
from gridsvc.geography.building.roadrules import RoadRules
from gridsvc.geography.rings import Geometries
from gridsvc.geography.vector_file import VectorFile

_ROAD_NAMES = ("road_name", "name", "路名", "道路名称", "street_name")
_ROAD_CLASSES = ("highway", "fclass", "class", "grade", "等级")
_ONE_WAY = ("oneway", "one_way", "dir", "direction")
_IS_ONE_WAY = frozenset({"1", "-1", "yes", "true", "t", "f", "ft", "tf"})


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """Road links in millimetres; `one_way` marks one direction of a road. `left_out`: links by reason."""

    lines: Geometries
    one_way: npt.NDArray[np.bool_]
    given: int
    given_m: float
    left_out: dict[str, int]


def links_of(
    file: VectorFile, srid: int, ground: shapely.Geometry, rules: RoadRules, doubts: list[Fault]
) -> Roads:
    """Return the links of a file, in millimetres, without those that the rules leave out.

    Raises `InputRefused` (`not_lines`); when no link lies inside the ground, `doubts` gets `roads_outside`.
    """
    # The dimension of an empty line is 1 too.
    linear = np.array(
        [
            shape is not None and not shape.is_empty and shapely.get_dimensions(shape) == 1
            for shape in file.geometries
        ]
    )
    if not linear.any():
        raise InputRefused(
            "not_lines",
            Text("路网文件中没有线。", "The file of roads has no lines."),
            remedy=Text("给出道路中心线图层。", "Give a layer of road centre lines."),
            place=Place(file=file.file),
        )
    blank = [""] * len(file)
    names = file.first_of(_ROAD_NAMES) or blank
    classes = file.first_of(_ROAD_CLASSES) or blank
    ways = file.first_of(_ONE_WAY) or blank
    lines = rounded(file.geometries[linear], srid)
    rows = np.flatnonzero(linear)
    one_way = np.array([ways[k].casefold() in _IS_ONE_WAY for k in rows])
    near = shapely.dwithin(lines, ground, 100_000.0)
    inside = shapely.intersects(lines, ground)
    reasons = [rules.reason(names[k], classes[k]) for k in rows]
    left_out: dict[str, int] = {}
    for reason, here in zip(reasons, inside.tolist(), strict=True):
        if reason is not None and here:
            left_out[reason] = left_out.get(reason, 0) + 1
    kept = near & np.array([reason is None for reason in reasons])
    if not inside.any():
        doubts.append(
            Fault(
                "roads_outside",
                Text(
                    "没有一条道路在边界之内，网格全部按规则划分。",
                    "No road lies inside the boundary: all borders are drawn by the rule.",
                ),
                Place(file=file.file),
                Text("核对两个文件的坐标基准和范围。", "Check the datums and extents of the two files."),
            )
        )
    flat_lines, of = shapely.get_parts(lines[kept], return_index=True)
    given_m = float(shapely.length(shapely.intersection(lines[inside], ground)).sum() / 1000.0)
    return Roads(flat_lines, one_way[kept][of], int(inside.sum()), given_m, dict(sorted(left_out.items())))
