"""Which working calendar each unit is on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gridsvc.catalog import Unit
from gridsvc.handling.calendar import WorkingCalendar
from gridsvc.handling.calendars import CalendarDefinition


@dataclass(frozen=True, slots=True)
class UnitCalendars:
    """The calendars that units are on, the settings' first, and the number of each unit's.

    `calendars[k]` has the code `codes[k]` (None: the settings' calendar). A calendar that no unit is on is
    not built; a unit that `by_unit` lacks is on calendar 0.
    """

    calendars: tuple[WorkingCalendar, ...]
    codes: tuple[str | None, ...]
    by_unit: Mapping[str, int]

    @classmethod
    def of(
        cls,
        general: WorkingCalendar,
        units: Sequence[Unit],
        definitions: Sequence[CalendarDefinition],
        zone: ZoneInfo,
    ) -> UnitCalendars:
        """Take the settings' calendar, the units, and every calendar that they may be on."""
        used = {unit.calendar_code for unit in units if unit.calendar_code is not None}
        own = [each for each in definitions if each.code in used]
        number = {each.code: k for k, each in enumerate(own, 1)}
        return cls(
            (general, *(each.build(zone) for each in own)),
            (None, *(each.code for each in own)),
            {unit.code: number[unit.calendar_code] for unit in units if unit.calendar_code is not None},
        )

    def number_of(self, unit: str | None) -> int:
        """Return the number of a unit's calendar; without a unit the settings'."""
        return self.by_unit.get(unit, 0) if unit is not None else 0
