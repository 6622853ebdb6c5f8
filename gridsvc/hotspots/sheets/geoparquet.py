"""A sheet as GeoParquet 1.1: WGS 84, one row a cell, what must be said in the schema's metadata."""

from __future__ import annotations

import io

import orjson

from gridsvc.hotspots.sheets.outlines import in_degrees
from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.sheets.table import described, plain_table


def draw_geoparquet(sheet: Sheet, language: str) -> bytes:
    """Return the file; key `gridsvc` of its metadata is the JSON of `described`."""
    import geopandas
    import pandas
    import pyarrow.parquet

    layer = sheet.cells.layer
    columns = {name: pandas.Series(values) for name, values in plain_table(sheet, language).items()}
    for column in sheet.columns:
        # Unknown everywhere would have no type otherwise.
        if column.words is not None:
            columns[column.name] = columns[column.name].astype("str")
        elif column.values.dtype.kind == "f":
            columns[column.name] = columns[column.name].astype("float64")
    frame = geopandas.GeoDataFrame(
        columns, geometry=in_degrees(layer.srid, layer.geom_mm, 9), crs="OGC:CRS84"
    )
    held = io.BytesIO()
    frame.to_parquet(held, index=False, schema_version="1.1.0", write_covering_bbox=True)
    table = pyarrow.parquet.read_table(io.BytesIO(held.getvalue()))
    told = {b"gridsvc": orjson.dumps(described(sheet, language))}
    whole = io.BytesIO()
    pyarrow.parquet.write_table(
        table.replace_schema_metadata({**(table.schema.metadata or {}), **told}), whole, compression="zstd"
    )
    return whole.getvalue()
