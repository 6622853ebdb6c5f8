"""From the rows of the form to classes with clauses: what a blank cell means, codes, limits, units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from gridsvc.catalog import Cell, cell_fault
from gridsvc.errors import Fault, Place
from gridsvc.handling.class_cells import ClassReader
from gridsvc.handling.clause_keys import ClauseKeys
from gridsvc.handling.drafts import DraftClass, DraftClause
from gridsvc.handling.expressions import DraftUnit, parse_units
from gridsvc.handling.forms import FormRow, FormSheet
from gridsvc.handling.limits import parse_limit
from gridsvc.handling.row_limits import GradeWords, read_row_limit
from gridsvc.handling.specifications import Stage

# Longer text is a mistake of the file (a whole document in one cell), not a condition.
LONGEST = {
    "major_code": 16,
    "major_name": 200,
    "minor_code": 16,
    "minor_name": 200,
    "units": 2000,
    "assisting": 2000,
    "supervising": 2000,
    "condition": 4000,
    "closing": 4000,
    "legal_basis": 4000,
    "collection_rule": 4000,
}
_NAMES = ("major_name", "minor_name", "units", "assisting", "supervising")
# What the unit cell says of those whom a column of its own names.
_HELPERS = "配合单位："
_INNER_BLANK = re.compile(r"(?<=[\u4e00-\u9fff])[ \t\u3000]+(?=[\u4e00-\u9fff])")
# What the rows below may take over from a row.
_HELD = frozenset({"major_code", "major_name", "minor_code", "minor_name", "units", "assisting", "kind"})
# Kept as written beside what was read from them.
_KEPT = ("season", "number", "area_class", "urgency_class")


@dataclass(slots=True)
class Drafted:
    """The classes of a form in order, and where it speaks of grades."""

    classes: list[DraftClass]
    grades: GradeWords


def draft_classes(
    sheets: Iterable[FormSheet], scheme: str | None, refused: list[Fault], doubtful: list[Fault]
) -> Drafted:
    """Return the classes of all sheets in order; what cannot be one is added to `refused`."""
    drafting = _Form(scheme, refused, doubtful)
    for sheet in sheets:
        _Sheet(sheet, drafting).run()
    return Drafted([each for each in drafting.classes.values() if each.clauses], drafting.grades)


@dataclass(slots=True)
class _Form:
    """What the sheets of a form share."""

    scheme: str | None
    refused: list[Fault]
    doubtful: list[Fault]
    classes: dict[tuple[str, str], DraftClass] = field(default_factory=dict)
    keys: ClauseKeys = field(default_factory=ClauseKeys)
    grades: GradeWords = field(default_factory=GradeWords)


class _Sheet:
    """One pass down a sheet, remembering what stands above."""

    def __init__(self, sheet: FormSheet, form: _Form) -> None:
        self.sheet, self.form = sheet, form
        self.refused, self.doubtful = form.refused, form.doubtful
        self.reader = ClassReader(sheet, form.scheme, form.classes, form.refused, form.doubtful)
        self.written = ""
        self.units: tuple[FormRow, Sequence[DraftUnit]] | None = None
        self.supervising: FormRow | None = None

    def run(self) -> None:
        """Read every row."""
        for row in self.sheet.rows:
            faults = {
                name: fault
                for name, cell in row.cells.items()
                if name not in row.from_above
                and not _plain(cell, LONGEST.get(name, 200))
                and (fault := cell_fault(cell, row.place(name), LONGEST.get(name, 200))) is not None
            }
            self.refused.extend(faults.values())
            if faults.keys() & _HELD:
                self.reader.current = None  # else the rows below would be taken for the class above
                continue
            self._row(row, readable=not faults)

    def _row(self, row: FormRow, *, readable: bool) -> None:
        self._blanks(row)
        starts = self.reader.starts(row)
        if row.own("units") is not None:
            self.written = row.text("units")
            self.units = self._units(row, self.written)
        elif row.own("assisting") is not None and self.units:
            self.units = self._units(row, self.written)  # another helper for the unit above
        elif starts and self.units and "units" not in row.from_above:
            self.doubtful.append(
                row.fault(
                    "unit_from_above",
                    "units",
                    f"处置单位为空，沿用上一类“{self.units[0].text('units')[:40]}”",
                    "no unit is named; that of the class above was taken",
                )
            )
        if row.own("supervising") is not None:
            self.supervising = row
        if self.reader.current is None or not readable:
            return
        if self._continues(row, self.reader.current):
            return
        if not row.text("condition"):
            if starts or row.own("limit") is not None or row.own("closing") is not None:
                self.refused.append(
                    row.fault(
                        "missing_condition", "condition", "没有立案条件", "there is no filing condition"
                    )
                )
            return
        if self.units is None or not self.units[1]:
            self.refused.append(
                row.fault("missing_unit", "units", "没有处置单位", "no responsible unit is named")
            )
            return
        self._clause(row, self.reader.current, *self.units)

    def _units(self, row: FormRow, written: str) -> tuple[FormRow, Sequence[DraftUnit]]:
        """Read what a unit cell says for a row, with the column for who assists as its last words."""
        helpers = row.text("assisting")
        if helpers:
            words = f"{written}\n{_HELPERS}{helpers}"
            row = replace(row, cells={**row.cells, "units": Cell(words)})
        expressions, doubts = _parsed(row.text("units"))
        self.doubtful.extend(_at(row, "units", doubts))
        return row, expressions

    def _continues(self, row: FormRow, current: DraftClass) -> bool:
        """Take a row that goes on with the condition above it: a further stage, or a further grade."""
        merged = "condition" in row.from_above
        before = current.clauses[-1] if current.clauses else None
        graded = row.own("area_class") is not None or row.own("urgency_class") is not None
        if not merged and (row.text("condition") or not graded or row.own("limit") is None or before is None):
            return False
        if before is None or row.own("limit") is None:
            return True
        if graded and before.graded:
            read = read_row_limit(row, self.sheet, self.form.grades, self.doubtful)
            taken = {grade for grade, _, _ in before.graded}
            before.graded = sorted(
                before.graded + [each for each in read.graded if each[0] not in taken],
                key=lambda each: each[0],
            )
            if read.graded and not taken & {grade for grade, _, _ in read.graded}:
                return True
        elif row.own("closing") is not None and self._stage(row, before):
            return True
        self.doubtful.append(
            row.fault(
                "limit_left_out",
                "limit",
                "与上一行同属一个立案条件，这个时限未用",
                "the filing condition is that of the row above; this limit was not used",
            )
        )
        return True

    def _stage(self, row: FormRow, before: DraftClause) -> bool:
        """Add a row with a closing condition and a limit of its own as a stage of the condition above it."""
        limit, doubts = parse_limit(row.text("limit"))
        if limit is None or doubts or before.limit is None or not before.closing:
            return False
        name = row.text("closing")
        stages = before.stages or [Stage(before.closing, before.limit)]
        if name in {stage.name for stage in stages}:
            return False
        before.stages = [*stages, Stage(name, limit)]
        before.closing = f"{before.closing}；{name}"
        return True

    def _clause(
        self, row: FormRow, current: DraftClass, units_row: FormRow, units: Sequence[DraftUnit]
    ) -> None:
        # A cell merged over several conditions holds for each; a blank one that is not merged holds for none.
        read = read_row_limit(row, self.sheet, self.form.grades, self.doubtful)
        if not row.text("closing") and "closing" in row.headers:
            self.doubtful.append(
                row.fault("closing_missing", "closing", "没有结案条件", "there is no closing condition")
            )
        season_from, season_to = read.season or (None, None)
        clause = DraftClause(
            row=row,
            condition=row.text("condition"),
            closing=row.text("closing") or None,
            limit=read.limit,
            limit_text=read.limit_text,
            units=units,
            units_row=units_row,
            supervising_row=self.supervising,
            graded=read.graded,
            stages=read.stages,
            legal_basis=row.text("legal_basis") or None,
            collection_rule=row.text("collection_rule") or None,
            season_from=season_from,
            season_to=season_to,
            other={row.headers[name]: row.text(name) for name in _KEPT if row.text(name)} | dict(row.other),
        )
        if self.form.keys.takes(current, clause, self.refused, by_row=read.by_row):
            current.clauses.append(clause)

    def _blanks(self, row: FormRow) -> None:
        for name in row.cells:
            cell = row.own(name)
            if cell is not None and cell.text != cell.text.strip():
                self.doubtful.append(
                    row.fault(
                        "outer_blank",
                        name,
                        "前后有空格或换行，已去掉",
                        "blanks or line breaks around the text were taken off",
                    )
                )
            if cell is not None and name in _NAMES and _INNER_BLANK.search(cell.text.strip()):
                self.doubtful.append(
                    row.fault("inner_blank", name, "名称中间有空格", "there is a blank inside a name")
                )


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> tuple[Sequence[DraftUnit], Sequence[Fault]]:
    return parse_units(text)


def _plain(cell: Cell, longest: int) -> bool:
    """Say whether nothing can be wrong with a cell, which is soon seen of nearly all."""
    return cell.fault is None and len(cell.text) <= longest and cell.text.isprintable()


def _at(row: FormRow, name: str, doubts: Iterable[Fault]) -> list[Fault]:
    place: Place = row.place(name)
    return [replace(doubt, place=place) for doubt in doubts]
