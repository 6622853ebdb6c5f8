"""The name of an atlas: a digest of all that its answers follow from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import shapely

from gridsvc.catalog import Class, Unit
from gridsvc.geography import Layer
from gridsvc.handling import Specification
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.handling.refusals import Key
from gridsvc.responsibility.unit_calendars import UnitCalendars
from gridsvc.roads import BoundarySection
from gridsvc.settings import Settings


def version_of(
    layers: Sequence[Layer],
    classes: Sequence[Class],
    specifications: Sequence[Specification],
    units: Sequence[Unit],
    sections: Sequence[BoundarySection],
    settings: Settings,
    calendars: UnitCalendars,
    facts: object,
    refusals: Mapping[Key, int],
) -> str:
    """Return a name that two atlases share exactly when they answer alike.

    `facts`: what two of them share when map and inventory are the same (`MapFacts.digest`).
    """
    content = {
        "areas": [_digest(layer) for layer in layers],
        "specifications": [
            (
                each.id,
                each.name,
                each.digest,
                str(each.effective_from),
                each.hour_means,
                each.day_means,
                each.grade_means,
                [rule.id for rule in each.rules],
            )
            for each in specifications
        ],
        "classes": [each.as_dict() for each in classes],
        "units": [each.as_dict() for each in units],
        "boundary_roads": [each.content() for each in sections],
        "facts": facts,
        "refusals": [[*key, count] for key, count in refusals.items()],
        "settings": [
            settings.calendar,
            settings.working_hours,
            settings.time_zone,
            settings.snap_outside_m,
            settings.traffic_side,
            settings.certain_share,
            settings.doubtful_share,
            settings.most_accuracy_m,
        ],
        # A newer release of the calendar's package may know another year's holidays.
        "working_time": [_working_time(each) for each in calendars.calendars],
    }
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return f"atlas-{digest[:16]}"


def _working_time(calendar: WorkingCalendar) -> list[str | int]:
    sessions = hashlib.sha256(calendar.starts.tobytes() + calendar.ends.tobytes()).hexdigest()
    return [sessions, calendar.day_length, *sorted(calendar.published_years)]


def _digest(layer: Layer) -> list[str | int]:
    texts = json.dumps([layer.codes, layer.names, layer.parent_codes], ensure_ascii=False)
    geometry = hashlib.sha256(b"".join(shapely.to_wkb(layer.geom_mm)))
    return [
        layer.level,
        layer.edition_id,
        layer.name,
        str(layer.effective_from),
        layer.profile,
        layer.srid,
        hashlib.sha256(texts.encode()).hexdigest(),
        geometry.hexdigest(),
    ]
