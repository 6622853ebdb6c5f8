"""Bulk: a million reports to place, component, clause, facts, unit and deadline, against geopandas' cell.

The atlas has everything that the resolver can ask for: the sample's inventory, zones and default policy, and
on top of it every border of two streets as a boundary road, zones of three kinds, and rules that ask for
them, for the time of day and for roads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import Connection, Engine, text

from benchmarks.table import print_table, verdict
from gridsvc.handling import Condition, Rule, RuleUnit, load_specifications
from gridsvc.responsibility import Atlas, Queries, columns_of, load_atlas, resolve
from gridsvc.settings import Settings

RUNS = 5
_NOISE_DEGREES = 6e-5  # some 6 m: how far from a component a report of it is

# Compounds are drawn well inside every sixth cell, sites inside every fortieth; a street is all of one grade.
_ZONES = """
INSERT INTO zone (kind, code, name, value, unit_code, given_as, srid, geom, geom_mm, source)
SELECT kind, code, code, value, unit, 'polygon', srid, geom, geom_mm, 'benchmark' FROM (
  SELECT 'compound' AS kind, code, NULL AS value, (SELECT min(unit.code) FROM unit) AS unit, srid, geom,
         ST_Multi(ST_SnapToGrid(ST_Buffer(geom_mm, -15000, 2), 1)) AS geom_mm
    FROM cells WHERE n % 6 = 0
  UNION ALL
  SELECT 'construction_site', code, CASE WHEN n % 80 = 0 THEN 'open' ELSE 'handed_over' END,
         (SELECT max(unit.code) FROM unit), srid, geom,
         ST_Multi(ST_SnapToGrid(ST_Buffer(geom_mm, -25000, 2), 1))
    FROM cells WHERE n % 40 = 0
  UNION ALL
  SELECT 'management_grade', code, CASE WHEN n % 2 = 0 THEN 'A' ELSE 'B' END, NULL, srid, geom, geom_mm
    FROM streets) AS drawn
 WHERE NOT ST_IsEmpty(geom_mm)
"""
_LAYER = (
    "{0} AS (SELECT code, geom, geom_mm, srid, row_number() OVER (ORDER BY code) AS n FROM area"
    " JOIN area_edition e ON e.id = edition_id WHERE e.level = '{1}' AND e.withdrawn_at IS NULL)"
)

# All borders of two streets are roads of 40 m, divided by each of the rules in turn.
_BOUNDARY_ROADS = """
, lines AS (
  SELECT a.code AS a, b.code AS b, a.srid,
         (ST_Dump(ST_LineMerge(ST_CollectionExtract(
           ST_Intersection(ST_Boundary(a.geom_mm), ST_Boundary(b.geom_mm)), 2)))).geom AS line
    FROM streets a JOIN streets b ON a.code < b.code),
numbered AS (SELECT *, row_number() OVER (ORDER BY a, b, ST_AsText(line)) AS n FROM lines),
ruled AS (
  SELECT *, (ARRAY['centre_line', 'whole_road', 'direction', 'house_number'])[1 + n % 4] AS rule
    FROM numbered)
INSERT INTO boundary_road
       (code, name, rule, left_code, right_code, party_code, odd_code, half_width_m, source, geom)
SELECT n, n, rule, a, b, CASE rule WHEN 'whole_road' THEN a END, CASE rule WHEN 'house_number' THEN b END,
       20, 'benchmark', ST_Transform(ST_SetSRID(ST_Scale(line, 0.001, 0.001), srid), 4326)
  FROM ruled
"""


def compare(settings: Settings, engine: Engine, count: int) -> bool:
    """Run both on the same points and print the ratio; returns whether the target is met."""
    with engine.connect() as connection:
        layers = ", ".join(_LAYER.format(*each) for each in (("cells", "cell"), ("streets", "street")))
        for each in (_ZONES, _BOUNDARY_ROADS):
            connection.execute(text(f"WITH {layers} {each}"))
        specifications = [
            replace(each, rules=(*_rules(), *each.rules)) for each in load_specifications(connection)
        ]
        atlas = load_atlas(connection, settings, specifications=specifications)
        cells = gpd.read_postgis(
            text(
                "SELECT code, geom AS geometry FROM area JOIN area_edition e ON e.id = edition_id"
                " WHERE e.level = 'cell' AND e.withdrawn_at IS NULL"
            ),
            connection,
            geom_col="geometry",
        )
        columns = _reports(connection, atlas, cells.total_bounds, count)
        connection.rollback()
    points = gpd.GeoDataFrame(geometry=shapely.points(columns["lon"], columns["lat"]), crs=4326)

    def ours() -> Any:
        return resolve(atlas, Queries.of(**columns))

    def theirs() -> Any:
        return gpd.sjoin(points, cells, predicate="within", how="left")

    result, joined = ours(), theirs()
    # In turns, so that a machine that others use as well slows both.
    timed = [(_seconds(ours), _seconds(theirs)) for _ in range(RUNS)]
    (mine, my_processor), (peer, peer_processor) = (
        (min(wall for wall, _ in runs), min(processor for _, processor in runs))
        for runs in zip(*timed, strict=True)
    )
    sections = sum(len(moment.grounds.corridors) for moment in atlas.moments if moment.grounds)
    written, writing = _seconds(lambda: columns_of(result))
    _check(atlas, result, joined)
    print_table(
        f"Bulk: {count:,} reports, {len(cells):,} cells, {len(atlas.inventory):,} components,"
        f" {len(specifications[0].rules)} rules, {sections} boundary roads, best of {RUNS},"
        f" {os.cpu_count()} cores",
        ("", "seconds", "of processors", "reports per second"),
        [
            (name, f"{wall:.3f}", f"{processor:.3f}", f"{count / wall:,.0f}")
            for name, wall, processor in (
                ("gridsvc: place to deadline, with facts and components", mine, my_processor),
                ("  the same, decoded to text columns", mine + written, my_processor + writing),
                ("geopandas.sjoin(within): cell only", peer, peer_processor),
            )
        ],
    )
    return verdict("gridsvc's time as a share of sjoin's", mine / peer, 0.3, at_most=True)


def _rules() -> list[Rule]:
    """Return rules that ask for what the zones say, for the time of day and for the road."""

    def rule(number: int, classes: tuple[str, ...], unit: RuleUnit, **conditions: str) -> Rule:
        asked = tuple(Condition(fact, (value,)) for fact, value in conditions.items())
        return Rule(
            -number, f"B-{number}", number, "event", classes, asked, "assign", (unit,), False, False, None,
            None, None, None,
        )  # fmt: skip

    def body(means: str, words: str) -> RuleUnit:
        return RuleUnit(means, words, "lead", None)

    return [
        rule(1, ("01*", "02*"), body("builder", "建设单位"), site="open"),
        rule(
            2,
            ("01*", "02*"),
            body("property_manager", "物业"),
            compound="inside",
            property_management="with",
        ),
        rule(3, ("03*",), body("territorial_enforcement", "属地行政执法部门"), time="22:00-06:00"),
        rule(4, ("05*",), body("street_office", "所属街办"), management_grade="A"),
        rule(5, ("06*",), body("road_keeper", "道路管养单位"), road_grade="主干路"),
    ]


def _reports(connection: Connection, atlas: Atlas, bounds: Any, count: int) -> dict[str, Any]:
    """Return columns of questions in the proportions of the sample's reports.

    Events lie anywhere in the box of the cells, components about 6 m from one of their class.
    """
    rng = np.random.default_rng(20261122)
    seen = connection.execute(
        text(
            "SELECT kind, class_code, count(*) AS n FROM report WHERE kind IS NOT NULL"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ).all()
    share = np.array([each.n for each in seen], np.float64)
    which = rng.choice(len(seen), count, p=share / share.sum())
    west, south, east, north = bounds
    lon, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    held = atlas.inventory
    for k, each in enumerate(seen):
        if each.kind != "component":
            continue
        classes = [number for number, (_, code) in enumerate(held.classes) if code == each.class_code]
        mine = np.flatnonzero(np.isin(held.class_, classes) & ~np.isnan(held.lon))
        rows = np.flatnonzero(which == k)
        if len(mine):
            near = rng.choice(mine, len(rows))
            lon[rows] = held.lon[near] + rng.normal(0, _NOISE_DEGREES, len(rows))
            lat[rows] = held.lat[near] + rng.normal(0, _NOISE_DEGREES, len(rows))
    year = 365 * 86_400

    def words(values: list[str]) -> pa.Array:
        # As a file's reader gives a column of text.
        return pa.array(values).take(pa.array(which))

    return {
        "lon": lon,
        "lat": lat,
        "class_code": words([each.class_code for each in seen]),
        "kind": words([each.kind for each in seen]),
        "at": (1_761_926_400 + rng.integers(0, year, count)) * 1_000_000,
    }


def _seconds(work: Callable[[], Any]) -> tuple[float, float]:
    """Return how long work takes by the clock, and of all processors together."""
    begin, of_processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - of_processors


def _check(atlas: Atlas, result: Any, joined: gpd.GeoDataFrame) -> None:
    """Both must have found the same cells, but for those who lie within a millimetre of a border."""
    columns = columns_of(result)
    codes = columns["cell_code"]
    inside = np.isnan(result.snapped_mm) & (result.cell >= 0)
    theirs = joined[~joined.index.duplicated()]["code"].to_numpy(object)
    differ = int((codes[inside] != theirs[inside]).sum())
    asked = float(np.mean([bool(atlas.verdicts.situation(case).facts) for case in result.case.tolist()]))
    component = result.components.component >= 0
    decisions, n = np.unique(columns["decision"][result.class_ >= 0].astype(str), return_counts=True)
    print(f"\n{atlas.version}: {inside.mean():.1%} of the points in a cell; {differ} differ from sjoin")
    print(f"facts known of {asked:.1%}, a component within reach of {component.mean():.1%}; decisions:")
    print(", ".join(f"{name} {k / n.sum():.1%}" for name, k in zip(decisions, n.tolist(), strict=True)))
    assert differ <= len(codes) * 1e-4
