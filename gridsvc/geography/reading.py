"""Vector files of any kind as arrays: every column and the shapes, with the system they declare."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.broken_geojson import diagnosis
from gridsvc.geography.column_text import column_texts
from gridsvc.geography.declared_crs import names_no_crs
from gridsvc.geography.exact_numbers import exact_columns, plain_lists
from gridsvc.geography.short_names import name_map_beside, read_name_map
from gridsvc.geography.size_limit import PARQUET, check_size
from gridsvc.geography.undeclared_text import decoded_texts
from gridsvc.settings import get_settings

# The numbers of the rows, as pandas writes them when they are not 0, 1, 2 …
_PANDAS_ROWS = "__index_level_0__"


@dataclass(frozen=True, slots=True, eq=False)
class VectorTable:
    """One layer as it is in its file: every column, `shapes` as WKB (None: a table without geometry).

    `numbers`: which features of the file they are, from 1; None: all of them.
    """

    layer: str | None
    columns: list[str]
    values: list[npt.NDArray[Any]]
    shapes: npt.NDArray[Any] | None
    crs: str | None
    numbers: list[int] | None = None

    def subset(self, chosen: Sequence[int]) -> VectorTable:
        """Return some of the features, by their index."""
        index = np.asarray(chosen, dtype=np.int64)
        return replace(
            self,
            values=[values[index] for values in self.values],
            shapes=None if self.shapes is None else self.shapes[index],
            numbers=(index + 1).tolist(),
        )


def read_table(path: Path, layer: str | None = None) -> VectorTable:
    """Read every column of a layer of a file that pyogrio (GDAL) reads, or of GeoParquet.

    Whole numbers are exact: a column of them in which some are missing holds int and None. Raises
    `InputRefused` (`no_such_file`, `file_too_large`, `unreadable_file`, `which_layer`, `bad_name_map`).
    """
    if not path.exists():
        raise _refused(
            path, "no_such_file", "找不到文件。", "There is no such file.", "检查路径。", "Check the path."
        )
    check_size(path, get_settings().largest_import_mb)
    if path.suffix.lower() in PARQUET:
        return _read_parquet(path)
    return _with_whole_names(path, _read_vector(path, layer))


def declared_crs(path: Path, table: VectorTable) -> pyproj.CRS | None:
    """Return the system that the file declares, None when it names none."""
    return None if table.crs is None or names_no_crs(path) else pyproj.CRS.from_user_input(table.crs)


# pyogrio loads pandas where it is installed, half a second and 60 MB that a server or a resolve never needs:
# so only the functions that read import it.


def _read_vector(path: Path, layer: str | None) -> VectorTable:
    from pyogrio.errors import DataLayerError, DataSourceError

    source = _source(path)
    try:
        with warnings.catch_warnings():
            # What GDAL warns of (measures dropped, several layers) is either checked here or without effect.
            warnings.simplefilter("ignore")
            layer = _layer(path, source, layer)
            try:
                return _read_layer(source, layer, None)
            except UnicodeDecodeError:
                return _decoded(_read_layer(source, layer, "ISO-8859-1"))
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise diagnosis(path) or _refused(
            path,
            "unreadable_file",
            f"无法作为矢量文件读取：{error}",
            f"Cannot be read as a vector file: {error}",
            "支持 GeoJSON、GeoPackage、Shapefile、FlatGeobuf、GeoParquet 等格式。",
            "GeoJSON, GeoPackage, Shapefile, FlatGeobuf, GeoParquet and other formats of GDAL are read.",
        ) from error


def layer_names(path: Path) -> list[str]:
    """Return the layers of a file that have geometry, all of them where none has; none of what is unreadable.

    GeoParquet has one layer without a name.
    """
    import pyogrio
    from pyogrio.errors import DataSourceError

    if path.suffix.lower() in PARQUET:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _names(pyogrio.list_layers(_source(path)))
    except (DataSourceError, ValueError):
        return []  # reading says why


def _names(listed: npt.NDArray[Any]) -> list[str]:
    return [str(name) for name, kind in listed if kind is not None] or [str(name) for name, _ in listed]


def _source(path: Path) -> Path | str:
    return f"/vsigzip/{path}" if path.suffix.lower() == ".gz" else path


def _layer(path: Path, source: Path | str, layer: str | None) -> str | None:
    """Return the one layer to read; several with none named is for the user to decide."""
    import pyogrio

    names = _names(pyogrio.list_layers(source))
    if layer is not None or len(names) == 1:
        if layer is not None and layer not in names:
            shown = ", ".join(names)
            raise _refused(
                path,
                "which_layer",
                f"文件中没有图层“{layer}”。",
                f"The file has no layer {layer!r}.",
                f"现有图层：{shown}。",
                f"It has: {shown}.",
            )
        # A file of one layer is named by the file.
        return layer if len(names) > 1 else None
    shown = ", ".join(names)
    raise _refused(
        path,
        "which_layer",
        f"文件中有 {len(names)} 个图层。",
        f"The file has {len(names)} layers.",
        f"用 --layer 指定其一：{shown}。",
        f"Name one by --layer: {shown}.",
    )


def _read_layer(source: Path | str, layer: str | None, encoding: str | None) -> VectorTable:
    import pyogrio

    # What looks like a date in GeoJSON is text there; as a date it would be written in another way.
    as_given = {"DATE_AS_STRING": "YES"} if _is_geojson(str(source)) else {}
    meta, _, shapes, values = pyogrio.raw.read(
        source, layer=layer, encoding=encoding, datetime_as_string=True, **as_given
    )
    columns = [str(name) for name in meta["fields"]]
    undeclared = encoding is None and str(meta.get("encoding")).upper() in ("ISO-8859-1", "ISO8859-1")
    exact = exact_columns(
        columns,
        values,
        meta["dtypes"],
        lambda wanted: pyogrio.raw.read_arrow(
            source,
            layer=layer,
            encoding="ISO-8859-1" if undeclared else encoding,
            columns=wanted,
            read_geometry=False,
        )[1],
    )
    table = VectorTable(layer, columns, exact, shapes, meta["crs"])
    return _decoded(table) if undeclared else table


def _is_geojson(source: str) -> bool:
    return source.lower().removesuffix(".gz").endswith((".geojson", ".json"))


def _with_whole_names(path: Path, table: VectorTable) -> VectorTable:
    """Give columns the names that the map beside a Shapefile has for its short ones."""
    beside = name_map_beside(path)
    if path.suffix.lower() != ".shp" or not beside.is_file():
        return table
    whole = read_name_map(beside)
    return replace(table, columns=[whole.get(name, name) for name in table.columns])


def _decoded(table: VectorTable) -> VectorTable:
    columns, values = decoded_texts(table.columns, table.values)
    return replace(table, columns=columns, values=values)


def _read_parquet(path: Path) -> VectorTable:
    import geopandas

    try:
        # As they are: whole numbers with gaps stay whole, instants stay instants, an index is a column.
        frame = geopandas.read_parquet(
            path,
            to_pandas_kwargs={
                "integer_object_nulls": True,
                "timestamp_as_object": True,
                "ignore_metadata": True,
            },
        )
    except (ValueError, OSError) as error:
        raise _refused(
            path,
            "unreadable_file",
            f"无法作为 GeoParquet 读取：{error}",
            f"Cannot be read as GeoParquet: {error}",
            "检查文件是否带有几何列。",
            "Check that the file has a geometry column.",
        ) from error
    shape_column = frame.geometry.name
    names = [name for name in frame.columns if name not in (shape_column, _PANDAS_ROWS)]
    values = [plain_lists(frame[name].to_numpy()) for name in names]
    shapes = np.array(frame.geometry.to_wkb(), dtype=object)
    return VectorTable(
        None, [str(name) for name in names], values, shapes, None if frame.crs is None else frame.crs.to_wkt()
    )


def find_column(path: Path, columns: Sequence[str], wanted: str) -> int:
    """Return the position of a column, without regard to case when only one fits."""
    if wanted in columns:
        return columns.index(wanted)
    alike = [index for index, name in enumerate(columns) if name.casefold() == wanted.casefold()]
    if len(alike) == 1:
        return alike[0]
    shown = ", ".join(columns) or "—"
    raise _refused(
        path,
        "unknown_column",
        f"文件中没有列“{wanted}”。",
        f"The file has no column {wanted!r}.",
        f"现有列：{shown}。",
        f"It has: {shown}.",
        column=wanted,
    )


def texts_of(path: Path, table: VectorTable, column: str) -> list[str]:
    """Return a column as text; raises what `find_column` and `column_texts` raise."""
    index = find_column(path, table.columns, column)
    name = table.columns[index]
    return column_texts(
        table.values[index], file=path.name, column=name, layer=table.layer, numbers=table.numbers
    )


def _refused(
    path: Path, code: str, zh: str, en: str, remedy_zh: str, remedy_en: str, column: str | None = None
) -> InputRefused:
    return InputRefused(
        code, Text(zh, en), remedy=Text(remedy_zh, remedy_en), place=Place(file=path.name, column=column)
    )
