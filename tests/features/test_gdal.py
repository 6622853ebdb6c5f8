"""GDAL's OAPIF driver reads every collection: whole, page by page, filtered, and equal to the database's rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import text

from gridsvc.features import COLLECTIONS, Span, find_collection
from gridsvc.features.rows import rows_at
from tests.features.conftest import Site

IDS = [each.id for each in COLLECTIONS]


@pytest.fixture(autouse=True)
def key_for_gdal(site: Site) -> Iterator[None]:
    """What docs/administrator.md tells a GDAL user to set."""
    # Not GDAL_HTTP_HEADERS: the driver sends an Accept of its own, and GDAL then leaves that setting out.
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": site.key})
    yield
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None})


def stored(
    site: Site, identifier: str, where: str = "TRUE"
) -> dict[str, tuple[shapely.Geometry, dict[str, Any]]]:
    """The database's rows: id → geometry and properties."""
    collection = find_collection(identifier)
    with site.engine.connect() as connection:
        rows = rows_at(connection, collection, Span.at(datetime.now(UTC)))
        conditions = " AND ".join((*rows.conditions, where))
        found = connection.execute(
            text(f"SELECT *, ST_AsBinary(geometry) AS wkb FROM ({rows.sql}) AS f WHERE {conditions}"),
            rows.parameters,
        ).mappings()
        return {
            row["fid"]: (
                shapely.from_wkb(bytes(row["wkb"])),
                {each.name: row[each.name] for each in collection.properties},
            )
            for row in found
        }


def read(address: str, identifier: str, **given: Any) -> dict[str, tuple[shapely.Geometry, dict[str, Any]]]:
    """What GDAL reads; a feature's id comes as the field `id` when it is no number."""
    meta, fids, wkb, columns = pyogrio.raw.read(
        f"OAPIF:{address}/ogc", layer=identifier, return_fids=True, **given
    )
    fields = dict(zip(meta["fields"], columns, strict=True))
    assert wkb is not None
    ids = fields.get("id", fids)
    return {
        str(identity): (
            shapely.from_wkb(geometry),
            {name: values[n] for name, values in fields.items()},
        )
        for n, (identity, geometry) in enumerate(zip(ids, wkb, strict=True))
    }


def is_null(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, np.datetime64) and bool(np.isnat(value)))


def agree(got: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert got.keys() == wanted.keys()
    for identity, (shape, properties) in wanted.items():
        geometry, fields = got[identity]
        # Nine decimals of a degree are a tenth of a millimetre.
        distance = shapely.hausdorff_distance(geometry, shape)
        assert distance < 1e-9, identity
        for name, value in properties.items():
            if value is None:
                assert name not in fields or is_null(fields[name]), (identity, name)
                continue
            read_value = fields[name]
            if isinstance(value, str | bool):
                assert read_value == value, (identity, name)
            elif isinstance(value, int | float):
                assert float(read_value) == pytest.approx(value, rel=1e-12)
            else:
                # A field whose first page held only nulls is text to GDAL, with slashes.
                told = str(read_value).replace("/", "-").replace(" ", "T")
                if isinstance(value, datetime):
                    assert told[:19] == f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
                else:
                    assert isinstance(value, date)
                    assert told[:10] == value.isoformat()


def test_every_layer_is_listed(address: str) -> None:
    layers = pyogrio.list_layers(f"OAPIF:{address}/ogc")
    assert [name for name, _ in layers] == IDS


@pytest.mark.parametrize("identifier", IDS)
def test_a_collection_whole(site: Site, address: str, identifier: str) -> None:
    agree(read(address, identifier), stored(site, identifier))


@pytest.mark.parametrize("identifier", IDS)
def test_a_collection_page_by_page(site: Site, address: str, identifier: str) -> None:
    agree(read(address, identifier, PAGE_SIZE=3), stored(site, identifier))


@pytest.mark.parametrize(
    ("identifier", "where"),
    [
        ("cells", "code = '610103001001005'"),
        ("cells", "code >= '610103002' AND area_m2 > 9000"),
        ("cells", "code LIKE '610103001%' OR name IN ('网格015', '网格011')"),
        ("zones", "kind = 'patrol' AND unit_code IS NULL"),
        ("zones", "unit_name = '区综合执法局'"),
        ("components", "state <> 'in_use' OR owner IS NOT NULL"),
        ("roads", "NOT (name = '友谊东路')"),
        ("boundary-roads", "half_width_m BETWEEN 12 AND 13"),
    ],
)
def test_a_collection_filtered(site: Site, address: str, identifier: str, where: str) -> None:
    wanted = stored(site, identifier, where)
    assert wanted
    agree(read(address, identifier, where=where), wanted)


@pytest.mark.parametrize("identifier", ["cells", "zones", "components", "roads"])
def test_a_collection_in_a_box(site: Site, address: str, identifier: str) -> None:
    west, south = site.served.district.place(0.5, 0.5)
    east, north = site.served.district.place(2.5, 1.75)
    where = f"ST_Intersects(geometry, ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))"
    wanted = stored(site, identifier, where)
    assert 0 < len(wanted) < len(stored(site, identifier))
    agree(read(address, identifier, bbox=(west, south, east, north)), wanted)
    both = "code LIKE '%1'" if identifier in ("cells", "zones") else "name IS NOT NULL"
    agree(
        read(address, identifier, bbox=(west, south, east, north), where=both, PAGE_SIZE=1),
        stored(site, identifier, f"{where} AND {both}"),
    )


def test_a_collection_in_another_system(address: str) -> None:
    meta, _, wkb, _ = pyogrio.raw.read(f"OAPIF:{address}/ogc", layer="cells", CRS="EPSG:4545")
    assert meta["crs"] == "EPSG:4545"
    assert wkb is not None
    corner = shapely.bounds(shapely.from_wkb(wkb)).min(axis=0)
    # GDAL gives easting first, whatever the definition has: the corner that the cells were drawn from.
    assert corner[:2] == pytest.approx((590_000, 3_790_000), abs=0.001)
