"""Writing vector files: columns and shapes in lon, lat become any format and system, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.geography.rings import Geometries
from gridsvc.geography.table_columns import typed_column
from gridsvc.geography.vector_formats import FORMATS, LayerToWrite, VectorFormat

_DEGREES_BEYOND_USE = 3.0  # as far as an import allows


@dataclass(frozen=True, slots=True, eq=False)
class VectorLayer:
    """What to write: columns of plain values, all as long as `geometries` (lon, lat of WGS 84, or None)."""

    columns: Mapping[str, Sequence[Any]]
    geometries: Sequence[Any] | Geometries


def write_vector_file(
    path: Path,
    columns: Mapping[str, Sequence[Any]],
    geometries: Sequence[Any] | Geometries,
    *,
    srid: int | None = 4326,
    crs: pyproj.CRS | None = None,
    layer: str | None = None,
    overwrite: bool = False,
    encoding: str | None = None,
) -> list[Path]:
    """Write one layer to a new file of the format that the suffix of `path` names; return what was written.

    Suffixes: `FORMATS`. `geometries` are lon, lat in degrees of WGS 84 of any type, and are written in
    EPSG:`srid`, x (east) before y whatever the axis order of that system says; None writes the numbers as
    they are and declares no system. `crs` is a system without a number (a city's own) to write in instead of
    `srid`. Values are bool, int, float, str or None; instants become ISO 8601
    text. `layer` names the layer where the format has names (default: the file's). `encoding` is that of a
    Shapefile's text: UTF-8, or `GBK` for older programs; its `.cpg` says which, and a map `x.names.csv`
    beside it gives names longer than ten bytes back.

    Raises `WrongUsage` (`unknown_format`, `unknown_srid`, `bad_encoding`), `InputRefused` (`file_exists`,
    `file_not_written`, and `not_of_format` for what the format cannot hold); then nothing is written.
    """
    name = layer or path.stem
    return write_vector_layers(
        path,
        {name: VectorLayer(columns, geometries)},
        srid=srid,
        crs=crs,
        overwrite=overwrite,
        encoding=encoding,
    )


def write_vector_layers(
    path: Path,
    layers: Mapping[str, VectorLayer],
    *,
    srid: int | None = 4326,
    crs: pyproj.CRS | None = None,
    overwrite: bool = False,
    encoding: str | None = None,
) -> list[Path]:
    """Write several layers to one file, where the format has layers; otherwise as `write_vector_file`."""
    kind = format_of(path)
    if crs is None and srid is not None:
        crs = _system(srid)
    if len(layers) > 1 and not kind.layers:
        raise _not_of_format(path, f"{kind.name} 只有一个图层。", f"{kind.name} has one layer only.")
    if encoding is not None and encoding.upper() not in ("UTF-8", "GBK"):
        raise WrongUsage(
            "bad_encoding",
            Text(f"编码“{encoding[:20]}”不可用。", f"The encoding {encoding[:20]!r} cannot be had."),
            remedy=Text("可用：UTF-8、GBK。", "Use UTF-8 or GBK."),
        )
    ready = [_ready(path, name, layer, crs) for name, layer in layers.items()]
    with _arriving(path, kind, overwrite=overwrite) as folder:
        kind.write(folder / path.name, ready, crs, (encoding or "UTF-8").upper())
        return _move(folder, path)


def format_of(path: Path) -> VectorFormat:
    """Return the format that a file's suffix names; raises `WrongUsage` (`unknown_format`)."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        raise WrongUsage(
            "unknown_format",
            Text(f"不支持写入“{path.suffix}”格式。", f"The format {path.suffix!r} cannot be written."),
            remedy=Text(f"可用的后缀：{known}。", f"Use one of the suffixes {known}."),
        )
    return kind


def _system(srid: int) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_epsg(srid)
        if crs.is_geographic or crs.is_projected:
            return crs
    except CRSError:
        pass
    raise WrongUsage(
        "unknown_srid",
        Text(f"EPSG:{srid} 不是平面或经纬度坐标系。", f"EPSG:{srid} is no projected or geographic system."),
        remedy=Text("例如 4326、4490、4545。", "For instance 4326, 4490, 4545."),
    )


def _ready(path: Path, name: str, layer: VectorLayer, crs: pyproj.CRS | None) -> LayerToWrite:
    columns = {column: typed_column(values) for column, values in layer.columns.items()}
    shapes: Geometries = np.empty(len(layer.geometries), dtype=object)
    shapes[:] = list(layer.geometries)
    for column, typed in columns.items():
        if len(typed.values) != len(shapes):
            raise ValueError(f"column {column!r} has {len(typed.values)} values for {len(shapes)} shapes")
    if crs is not None and crs.to_epsg() != 4326:
        _check_use(path, shapes, crs)
        ways = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
        shapes = np.asarray(
            shapely.transform(shapes, lambda xy: np.column_stack(ways.transform(xy[:, 0], xy[:, 1])))
        )
    return LayerToWrite(name, columns, shapes)


def _check_use(path: Path, shapes: Geometries, crs: pyproj.CRS) -> None:
    """Refuse a system that is not for these places: its numbers would be far off, or none."""
    lon, lat = shapely.get_coordinates(shapes).T
    use = crs.area_of_use
    if use is None or not len(lon):
        return
    inside = (lat >= use.south - _DEGREES_BEYOND_USE) & (lat <= use.north + _DEGREES_BEYOND_USE)
    if use.west <= use.east:
        inside &= (lon >= use.west - _DEGREES_BEYOND_USE) & (lon <= use.east + _DEGREES_BEYOND_USE)
    if not inside.all():
        raise _not_of_format(
            path,
            f"EPSG:{crs.to_epsg() or '—'}（{crs.name}）不用于这些地方。",
            f"EPSG:{crs.to_epsg() or '—'} ({crs.name}) is not for these places.",
        )


@contextmanager
def _arriving(path: Path, kind: VectorFormat, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder beside `path` to write in, which is gone afterwards."""
    # A table of the same name is not this file's own: a Shapefile's .dbf would take its place.
    taken = [each for each in (path, *map(path.with_suffix, kind.sidecars)) if each.exists()]
    if taken and not overwrite:
        names = ", ".join(str(each) for each in taken)
        raise InputRefused(
            "file_exists",
            Text(f"{names} 已存在，未写入。", f"{names} exists; nothing was written."),
            remedy=Text("换一个文件名，或用 --overwrite 覆盖。", "Name another file, or add --overwrite."),
            place=Place(file=path.name),
        )
    folder = path.parent / f".{os.urandom(8).hex()}.part"
    try:
        folder.mkdir()
        yield folder
    except OSError as error:
        raise InputRefused(
            "file_not_written",
            Text(f"无法写入 {path}：{error.strerror}。", f"{path} cannot be written: {error.strerror}."),
            place=Place(file=str(path)),
            remedy=Text("请指定可写文件夹中的文件名。", "Name a file in a folder that can be written."),
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(folder: Path, path: Path) -> list[Path]:
    """Give what was written its names, the file itself last; what belonged to the file before is gone."""
    made = sorted(folder.iterdir(), key=lambda each: each.name == path.name)
    arrived = {path.with_name(each.name) for each in made}
    for each in made:
        target = path.with_name(each.name)
        if target.is_dir():
            target.rename(folder / "before")  # a folder cannot be replaced; it goes with `folder`
        each.replace(target)
    for stale in FORMATS[path.suffix.lower()].sidecars:
        other = path.with_suffix(stale)
        if other not in arrived:
            other.unlink(missing_ok=True)
    return [path.with_name(each.name) for each in reversed(made)]


def _not_of_format(path: Path, zh: str, en: str) -> InputRefused:
    return InputRefused(
        "not_of_format",
        Text(zh, en),
        remedy=Text("换一种格式或坐标系。", "Choose another format or system."),
        place=Place(file=path.name),
    )
