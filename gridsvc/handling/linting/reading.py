"""Reading a file for lint: what an import would read of it, and everything that it would say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gridsvc.catalog import Record, Unit, checked_scheme
from gridsvc.errors import Fault
from gridsvc.handling.class_matching import fitting_scheme, match_classes
from gridsvc.handling.findings import find_doubts
from gridsvc.handling.linting.findings import LintReport
from gridsvc.handling.linting.running import lint_subject
from gridsvc.handling.linting.subject import of_draft
from gridsvc.handling.linting.surroundings import NOWHERE_KNOWN, World
from gridsvc.handling.policy import default_rules
from gridsvc.handling.specification_reading import read_specification
from gridsvc.handling.workbook import check_rule_classes, check_units
from gridsvc.settings import get_settings


@dataclass(frozen=True, slots=True)
class Options:
    """What an import of the file would be told: see `spec import`."""

    scheme: str | None = None
    kind: str | None = None
    hour_means: str | None = None
    day_means: str | None = None
    grade_means: str | None = None
    policy: bool = True


AS_IT_IS = Options()


def lint_file(path: Path, world: World = NOWHERE_KNOWN, options: Options = AS_IT_IS) -> LintReport:
    """Return the report of a file; nothing is loaded.

    Raises InputRefused where there is nothing to read (what `read_form` raises).
    """
    around = world.around
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    scheme = checked_scheme(options.scheme) if options.scheme else None
    read = read_specification(
        path,
        scheme=scheme,
        kind=options.kind,
        grade_means=options.grade_means,
        zone=get_settings().zone,
        refused=refused,
        doubtful=doubtful,
    )
    draft = read.specification
    draft.hour_means = options.hour_means or draft.hour_means
    draft.day_means = options.day_means or draft.day_means
    scheme = scheme or draft.scheme or fitting_scheme(draft.classes, around.classes)
    draft.classes, _ = match_classes(draft.classes, scheme, around.classes, refused, doubtful)
    if around.units is None:  # without a database there is no list to load the classes into
        doubtful = [each for each in doubtful if each.code != "scheme_without_list"]
    doubtful.extend(find_doubts(read.sheets, draft.classes))
    own = _units(read.workbook.units if read.workbook is not None else ())
    units = [*own, *(each for each in around.units or () if each.code not in {unit.code for unit in own})]
    if draft.rules is None:
        draft.rules = default_rules({each.kind for each in draft.classes}) if options.policy else ()
    else:
        listed = [each for each in around.classes if each.scheme == scheme]
        check_rule_classes(draft.rules, draft.classes, listed, refused)
    if read.workbook is not None and (own or around.units is not None):
        check_units(draft.rules, draft.classes, units, listed=bool(own), refused=refused)
    subject = of_draft(draft, path.name, scheme, units, around.classes)
    around = world.around_edition(subject.specification)
    if own or around.units is not None:
        around = replace(around, units=units)
    return lint_subject(subject, around, refused=refused, doubtful=doubtful)


def _units(records: Sequence[Record]) -> list[Unit]:
    """Return the units that a workbook lists itself, as an import would store them."""
    return [
        Unit(
            code=each.text("code"),
            name=each.text("name"),
            kind=each.text("kind"),
            area_code=each.text("area_code") or None,
            parent_code=each.text("parent_code") or None,
            contact=each.text("contact") or None,
        )
        for each in records
        if each.text("code") and each.text("name")
    ]
