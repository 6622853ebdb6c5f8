"""Load the sample through the same verbs as the commands, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from sqlalchemy import Connection, text

from gridsvc.cases import ReportFilter, import_cases, list_reports
from gridsvc.catalog import import_classes, import_components, import_units
from gridsvc.errors import Conflict, Text
from gridsvc.gazetteer import import_places
from gridsvc.geography import LEVELS, SYNTHETIC_SOURCE, AreaEdition, area_counts, editions, import_areas
from gridsvc.handling import import_specification, load_specifications
from gridsvc.hotspots.exposure.exposure_import import import_exposure
from gridsvc.responsibility import load_atlas
from gridsvc.roads import import_roads
from gridsvc.sample.days import LAST, OFFSET_HOURS
from gridsvc.sample.files import GROUND, SampleFiles
from gridsvc.sample.generate import Progress, generate, silent
from gridsvc.sample.specification import NAME as SPECIFICATION
from gridsvc.sample.specification import SCHEME
from gridsvc.settings import Settings, shipped
from gridsvc.zones import import_zones

SCHEMES = ("cjt214-2007", "gbt30428.2-2013", "gbt47678.5-2026")
MARK = f"{SYNTHETIC_SOURCE} 示例 sample: "
"""What the source of every area edition of the sample begins with.

Rooms below know made-up geometry by the first word; the rest tells the sample from other made-up areas.
"""
ORIGIN = "示例 sample"
"""The origin of every report of the sample."""
# The reports were taken from their imagined system at the end of their last day.
_EXPORTED = datetime.combine(LAST, time.max, timezone(timedelta(hours=OFFSET_HOURS)))
_TURN = 7_610_104


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is in the database after a load; `already`: this call changed nothing."""

    already: bool
    cells: int
    clauses: int
    reports: int


def ensure(connection: Connection, settings: Settings, progress: Progress = silent) -> Loaded:
    """Make the sample under the data folder when it is not there, and load it when it is not loaded.

    Two calls at once take turns. Raises Conflict (real_data_present) when the database holds areas or a
    specification that are not the sample's.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    there = _already(connection)
    if there is not None:
        return there
    _refuse_real_data(connection)
    files = SampleFiles(settings.home / "sample")
    if not files.complete():
        files = generate(files.folder, progress=progress)
    return load(connection, files, settings, progress)


def load(
    connection: Connection, files: SampleFiles, settings: Settings, progress: Progress = silent
) -> Loaded:
    """Load classes, areas, units, zones, components, the specification and the reports, once.

    What is loaded is valid from ever. Raises Conflict (real_data_present) rather than supersede the areas or
    the specification of a real place.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    there = _already(connection)
    if there is not None:
        return there
    _refuse_real_data(connection)
    progress(Text("载入类别……", "Loading classes …"))
    for scheme in SCHEMES:
        import_classes(connection, shipped("geodata") / "classes" / f"{scheme}.csv", scheme=scheme)
    progress(Text("载入区域与单元网格……", "Loading areas and cells …"))
    cells = 0
    for level, path in (
        ("district", files.district),
        ("street", files.streets),
        ("community", files.communities),
        ("cell", files.cells),
    ):
        imported = import_areas(
            connection,
            path,
            level=level,
            code_column="code",
            name_column="name",
            parent_column=None if level == "district" else "parent_code",
            profile="gbt",
            source_name=f"{MARK}{path.name}",
        )
        cells = imported.areas
    progress(Text("载入责任单位、责任网格、部件与处置规范……", "Loading units, zones, components and rules …"))
    import_units(connection, files.units)
    _load_zones(connection, files)
    import_roads(connection, files.roads, source_name=f"{MARK}{files.roads.name}")
    for path in (files.places, files.addresses):
        import_places(connection, path, source_name=f"{MARK}{path.name}")
    import_components(
        connection,
        files.components,
        now=_EXPORTED,
        zone=settings.zone,
        scheme=SCHEME,
        source_name=f"{MARK}{files.components.name}",
    )
    _load_exposures(connection, files, settings)
    specification = import_specification(
        connection, files.specification, edition=SPECIFICATION, scheme=SCHEME
    )
    progress(Text("载入一年的上报……", "Loading a year of reports …"))
    import_cases(
        connection,
        files.reports,
        load_atlas(connection, settings),
        zone=settings.zone,
        now=_EXPORTED,
        scheme=SCHEME,
        origin=ORIGIN,
    )
    return Loaded(False, cells, specification.clauses, _reports(connection))


def _load_zones(connection: Connection, files: SampleFiles) -> None:
    for kind, path in (
        ("patrol", files.patrol),
        ("enforcement", files.enforcement),
        ("sanitation", files.sanitation),
    ):
        import_zones(connection, path, kind=kind, source_name=f"{MARK}{path.name}")
    for kind in GROUND:
        path = files.ground(kind)
        import_zones(connection, path, kind=kind, source_name=f"{MARK}{path.name}")


def _load_exposures(connection: Connection, files: SampleFiles, settings: Settings) -> None:
    for name, path in (("people", files.people), ("patrol_minutes", files.patrol_minutes)):
        import_exposure(
            connection, path, name, now=_EXPORTED, zone=settings.zone, source_name=f"{MARK}{path.name}"
        )


def is_sample(connection: Connection) -> bool:
    """Return whether areas in use are the sample's; pages then say that geometry and cases are synthetic."""
    return any(_of_sample(edition) for edition in editions(connection))


def _of_sample(edition: AreaEdition) -> bool:
    return edition.source.startswith(MARK)


def _already(connection: Connection) -> Loaded | None:
    """Return what is loaded when the sample is there, None when any of it is missing.

    A load is one transaction, so that reports are there when the specification is.
    """
    mine = {edition.level: edition for edition in editions(connection) if _of_sample(edition)}
    written = [each for each in load_specifications(connection) if each.name == SPECIFICATION]
    if set(mine) != set(LEVELS) or not written:
        return None
    cells = area_counts(connection).get(mine["cell"].id, 0)
    return Loaded(True, cells, len(written[0].clauses), _reports(connection))


def _reports(connection: Connection) -> int:
    return list_reports(connection, ReportFilter(origin=ORIGIN), limit=1).matched


def _refuse_real_data(connection: Connection) -> None:
    real = [edition.name for edition in editions(connection) if not _of_sample(edition)]
    real += [each.name for each in load_specifications(connection) if each.name != SPECIFICATION]
    if real:
        raise Conflict(
            "real_data_present",
            Text(
                f"数据库中已有非示例的数据：{'、'.join(real[:5])}。示例不会覆盖它们。",
                f"The database holds data that are not the sample's: {', '.join(real[:5])}."
                " The sample does not supersede them.",
            ),
            remedy=Text(
                "用另一个 GRIDSVC_HOME 或数据库启动示例。",
                "Start the sample with another GRIDSVC_HOME or database.",
            ),
        )
