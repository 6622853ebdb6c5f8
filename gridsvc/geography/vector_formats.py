"""The formats that are written, and how each is told what it must keep."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.rings import Geometries
from gridsvc.geography.short_names import name_map_beside, short_names, write_name_map
from gridsvc.geography.table_columns import TypedColumn

# A tenth of a millimetre: 1e-9 degrees, 1e-4 metres.
_DECIMALS = {True: 9, False: 4}
# A geodatabase keeps whole numbers on a lattice; of a layer without a system it would be one of metres.
_DEGREES_OF_GDB = {"XORIGIN": "-400", "YORIGIN": "-400", "XYSCALE": "1e9", "XYTOLERANCE": "1e-8"}
# Whole numbers of 64 bits, which ArcGIS before 3.2 cannot read: only where a double would round them.
_WHOLE_NUMBERS_OF_GDB = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}
_BEYOND_A_DOUBLE = 2**53
_LONGEST_DBF_TEXT = 254
# A wider number is a floating-point one to those that read it; the sign takes a place.
_WIDEST_DBF_NUMBER = 18
_POLYGONAL, _LINEAR, _PUNCTUAL = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString"), ("Point",)


@dataclass(frozen=True, slots=True, eq=False)
class LayerToWrite:
    """One layer in the numbers of the file: x before y."""

    name: str
    columns: Mapping[str, TypedColumn]
    shapes: Geometries


_Writer = Callable[[Path, Sequence[LayerToWrite], pyproj.CRS | None, str], None]


@dataclass(frozen=True, slots=True)
class VectorFormat:
    """A format: whether it has several layers, the files that go with it, and how to write it."""

    name: str
    layers: bool
    write: _Writer
    sidecars: tuple[str, ...] = ()


def _write_geopackage(
    path: Path, layers: Sequence[LayerToWrite], crs: pyproj.CRS | None, _encoding: str
) -> None:
    for layer in layers:
        _refuse_names_alike(path, layer)
        options = _own_columns(layer, fid="FID", geometry="GEOMETRY_NAME", names=("fid", "geom"))
        _write(path, layer, crs, "GPKG", _one_kind(layer) or "Unknown", **options)


def _write_geodatabase(
    path: Path, layers: Sequence[LayerToWrite], crs: pyproj.CRS | None, _encoding: str
) -> None:
    for layer in layers:
        _refuse_names_alike(path, layer)
        kind = _kind_or_refusal(path, layer, "File Geodatabase")
        options = _own_columns(layer, fid="FID", geometry="GEOMETRY_NAME", names=("OBJECTID", "SHAPE"))
        if crs is None:
            options |= _DEGREES_OF_GDB
        if any(_beyond_a_double(column) for column in layer.columns.values()):
            options |= _WHOLE_NUMBERS_OF_GDB
        _write(path, layer, crs, "OpenFileGDB", kind, **options)


def _write_flatgeobuf(
    path: Path, layers: Sequence[LayerToWrite], crs: pyproj.CRS | None, _encoding: str
) -> None:
    (layer,) = layers
    # The index that makes the format worth having puts features into an order of its own.
    there = any(shape is not None and not shape.is_empty for shape in layer.shapes)
    _write(
        path,
        layer,
        crs,
        "FlatGeobuf",
        _one_kind(layer) or "Unknown",
        SPATIAL_INDEX="YES" if there else "NO",
    )


def _write_shapefile(
    path: Path, layers: Sequence[LayerToWrite], crs: pyproj.CRS | None, encoding: str
) -> None:
    (layer,) = layers
    kind = _kind_or_refusal(path, layer, "Shapefile")
    for name, column in layer.columns.items():
        _check_dbf_text(path, name, column, encoding)
    short = short_names(list(layer.columns), encoding)
    renamed = {key: _fit_for_dbf(layer.columns[name]) for key, name in short.items()}
    _write(path, LayerToWrite(path.stem, renamed, layer.shapes), crs, "ESRI Shapefile", kind, encoding)
    if any(key != name for key, name in short.items()):
        write_name_map(name_map_beside(path), short)


def _write_geojson(
    path: Path, layers: Sequence[LayerToWrite], crs: pyproj.CRS | None, _encoding: str
) -> None:
    (layer,) = layers
    if crs is not None and crs.to_epsg() is None:
        raise InputRefused(
            "not_of_format",
            Text(
                f"GeoJSON 只能用 EPSG 编号声明坐标系，而“{crs.name}”没有编号。",
                f"GeoJSON names systems by EPSG number, and {crs.name!r} has none.",
            ),
            remedy=Text("写成 .gpkg、.shp 或 .parquet。", "Write .gpkg, .shp or .parquet."),
            place=Place(file=path.name),
        )
    standard = crs is not None and crs.to_epsg() == 4326
    degrees = crs is None or crs.is_geographic
    # RFC 7946 knows WGS 84 alone; any other system is named in the `crs` member of GeoJSON 2008.
    options = {"RFC7946": "YES" if standard else "NO", "COORDINATE_PRECISION": str(_DECIMALS[degrees])}
    _write(path, layer, crs, "GeoJSON", "Unknown", **options)
    if crs is None:
        # Without the member the numbers would be WGS 84; with null they are of no known system.
        text = path.read_bytes()
        path.write_bytes(text.replace(b'"FeatureCollection",', b'"FeatureCollection",\n"crs": null,', 1))


def _system(crs: pyproj.CRS) -> str:
    """Return the number of a system, or all of it: a city's own has none."""
    return crs.to_wkt() if crs.to_epsg() is None else f"EPSG:{crs.to_epsg()}"


def _write(
    path: Path,
    layer: LayerToWrite,
    crs: pyproj.CRS | None,
    driver: str,
    kind: str,
    encoding: str | None = None,
    **options: str,
) -> None:
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

    columns = list(layer.columns.values())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a file without a system is meant
            pyogrio.raw.write(
                path,
                shapely.to_wkb(layer.shapes),
                [column.values for column in columns],
                list(layer.columns),
                field_mask=[column.missing for column in columns],
                layer=layer.name,
                driver=driver,
                geometry_type=kind,
                crs=None if crs is None else _system(crs),
                encoding=encoding,
                promote_to_multi=kind.startswith("Multi"),
                append=path.exists(),
                layer_options=options,
            )
    except (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError) as error:
        raise InputRefused(
            "not_of_format",
            Text(f"无法写成 {driver}：{error}", f"It cannot be written as {driver}: {error}"),
            remedy=Text("换一种格式（如 .gpkg）。", "Choose another format, for instance .gpkg."),
            place=Place(file=path.name),
        ) from error


def _write_parquet(
    path: Path, layers: Sequence[LayerToWrite], crs: pyproj.CRS | None, _encoding: str
) -> None:
    import pyarrow
    import pyarrow.parquet

    (layer,) = layers
    shape_column = _free_name("geometry", layer.columns)
    there = ~(shapely.is_missing(layer.shapes) | shapely.is_empty(layer.shapes))
    kinds = sorted({shape.geom_type for shape in layer.shapes[there]})
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": kinds,
        # Left out it would be CRS84; null is said for numbers of no known system. Axes are x, y always.
        "crs": None if crs is None else crs.to_json_dict(),
    }
    if there.any():
        column["bbox"] = shapely.total_bounds(layer.shapes[there]).tolist()
    geo = {"version": "1.1.0", "primary_column": shape_column, "columns": {shape_column: column}}
    arrays = {
        name: pyarrow.array(each.values, mask=each.missing, from_pandas=True)
        if each.values.dtype != object
        else pyarrow.array(each.values.tolist(), pyarrow.string())
        for name, each in layer.columns.items()
    }
    arrays[shape_column] = pyarrow.array(shapely.to_wkb(layer.shapes).tolist(), pyarrow.binary())
    table = pyarrow.table(arrays).replace_schema_metadata({"geo": json.dumps(geo)})
    pyarrow.parquet.write_table(table, path, compression="zstd")


FORMATS: Mapping[str, VectorFormat] = {
    ".gpkg": VectorFormat("GeoPackage", True, _write_geopackage),
    ".shp": VectorFormat(
        "Shapefile",
        False,
        _write_shapefile,
        (".cpg", ".prj", ".dbf", ".shx", ".names.csv", ".qix", ".sbn", ".sbx", ".shp.xml", ".qmd", ".qpj"),
    ),
    ".geojson": VectorFormat("GeoJSON", False, _write_geojson),
    ".json": VectorFormat("GeoJSON", False, _write_geojson),
    ".fgb": VectorFormat("FlatGeobuf", False, _write_flatgeobuf),
    ".parquet": VectorFormat("GeoParquet", False, _write_parquet),
    ".geoparquet": VectorFormat("GeoParquet", False, _write_parquet),
    ".gdb": VectorFormat("File Geodatabase", True, _write_geodatabase),
}
"""The formats by their suffix."""


def _one_kind(layer: LayerToWrite) -> str | None:
    """Return the one geometry type that holds all shapes of a layer, multi when there is need; None: none."""
    kinds = {shape.geom_type for shape in layer.shapes if shape is not None}
    for family in (_POLYGONAL, _LINEAR, _PUNCTUAL):
        if kinds and kinds <= set(family):
            return family[0] if kinds == {family[0]} else family[-1]
    return "MultiPoint" if kinds == {"MultiPoint"} else None


def _kind_or_refusal(path: Path, layer: LayerToWrite, name: str) -> str:
    if not any(shape is not None for shape in layer.shapes):
        return "MultiPolygon" if name != "Shapefile" else "Polygon"
    kind = _one_kind(layer)
    if kind is None:
        raise InputRefused(
            "not_of_format",
            Text(f"{name} 的一个图层只能有一种图形。", f"A layer of a {name} holds one kind of shape."),
            remedy=Text("写成 .gpkg 或 .geojson。", "Write .gpkg or .geojson."),
            place=Place(file=path.name, sheet=layer.name),
        )
    return kind


def _own_columns(layer: LayerToWrite, *, fid: str, geometry: str, names: tuple[str, str]) -> dict[str, str]:
    """Name the format's own two columns so that they take no name that a column of the layer has."""
    return {fid: _free_name(names[0], layer.columns), geometry: _free_name(names[1], layer.columns)}


def _free_name(wanted: str, taken: Mapping[str, Any]) -> str:
    folded = {name.casefold() for name in taken}
    while wanted.casefold() in folded:
        wanted += "_"
    return wanted


def _refuse_names_alike(path: Path, layer: LayerToWrite) -> None:
    seen: dict[str, str] = {}
    for name in layer.columns:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise InputRefused(
                "not_of_format",
                Text(
                    f"列“{other}”与“{name}”只差大小写。",
                    f"The columns {other!r} and {name!r} differ by case.",
                ),
                remedy=Text("写成 .geojson 或 .parquet。", "Write .geojson or .parquet."),
                place=Place(file=path.name, sheet=layer.name, column=name),
            )


def _beyond_a_double(column: TypedColumn) -> bool:
    whole = column.values.dtype == np.int64
    # Compared on both sides: the least number of 64 bits has no absolute value.
    return whole and bool(((column.values > _BEYOND_A_DOUBLE) | (column.values < -_BEYOND_A_DOUBLE)).any())


def _fit_for_dbf(column: TypedColumn) -> TypedColumn:
    """Return a column of whole numbers as text where one is wider than dBASE keeps exactly."""
    if not _beyond_a_double(column):
        return column
    texts = [None if gone else str(value) for value, gone in zip(column.values, column.missing, strict=True)]
    if max(len(each or "") for each in texts) <= _WIDEST_DBF_NUMBER:
        return column
    return TypedColumn(np.array(texts, dtype=object), column.missing)


def _check_dbf_text(path: Path, name: str, column: TypedColumn, encoding: str) -> None:
    if column.values.dtype != object:
        return
    for row, value in enumerate(column.values.tolist(), start=1):
        if value is None:
            continue
        try:
            fits = len(value.encode(encoding)) <= _LONGEST_DBF_TEXT
        except UnicodeEncodeError:
            fits = False
        if not fits:
            raise InputRefused(
                "not_of_format",
                Text(
                    f"Shapefile 的文本最多 {_LONGEST_DBF_TEXT} 字节，且须在 {encoding} 编码之内。",
                    f"A Shapefile's text has at most {_LONGEST_DBF_TEXT} bytes, all of them of {encoding}.",
                ),
                remedy=Text("写成 .gpkg，或用 UTF-8。", "Write .gpkg, or use UTF-8."),
                place=Place(file=path.name, row=row, column=name, value=value),
            )
