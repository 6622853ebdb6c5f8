"""From the rows of the form to classes with clauses: what a blank cell means, codes, limits, units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from gridsvc.catalog import CODE_DIGITS, cell_fault
from gridsvc.errors import Fault, Place, Text
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
_INNER_BLANK = re.compile(r"(?<=[\u4e00-\u9fff])[ \t\u3000]+(?=[\u4e00-\u9fff])")
# Kept as written beside what was read from them.
_KEPT = ("assisting", "season", "number", "area_class", "urgency_class")


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
        self.refused, self.doubtful, self.classes = form.refused, form.doubtful, form.classes
        written = [
            cell.text.strip()
            for row in sheet.rows
            if (cell := row.own("minor_code")) is not None and not cell.number and cell.text.strip().isdigit()
        ]
        short = [len(code) for code in written if len(code) <= 3]
        self.minor_digits = (
            max(short) if short and max(short) > 1 else CODE_DIGITS.get(form.scheme or "", (2, 2))[1]
        )
        self.major_code = self.major_name = ""
        self.current: DraftClass | None = None
        self.units: tuple[FormRow, Sequence[DraftUnit]] | None = None
        self.assisting: Sequence[DraftUnit] = ()
        self.supervising: FormRow | None = None

    def run(self) -> None:
        """Read every row."""
        for row in self.sheet.rows:
            faults = {
                name: fault
                for name, cell in row.cells.items()
                if name not in row.from_above
                and (fault := cell_fault(cell, row.place(name), LONGEST.get(name, 200))) is not None
            }
            self.refused.extend(faults.values())
            if faults.keys() & {
                "major_code",
                "major_name",
                "minor_code",
                "minor_name",
                "units",
                "kind",
                "assisting",
            }:
                self.current = None  # else the rows below would be taken for the class above
                continue
            self._row(row, readable=not faults)

    def _row(self, row: FormRow, *, readable: bool) -> None:
        self._blanks(row)
        starts = self._class(row)
        if row.own("units") is not None:
            expressions, doubts = parse_units(row.text("units"))
            self.doubtful.extend(_at(row, "units", doubts))
            self.units = (row, expressions)
        elif starts and self.units and "units" not in row.from_above:
            self.doubtful.append(
                row.fault(
                    "unit_from_above",
                    "units",
                    f"处置单位为空，沿用上一类“{self.units[0].text('units')[:40]}”",
                    "no unit is named; that of the class above was taken",
                )
            )
        self._assisting(row, starts=starts)
        if row.own("supervising") is not None:
            self.supervising = row
        if self.current is None or not readable:
            return
        if self._continues(row, self.current):
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
        self._clause(row, self.current, *self.units)

    def _assisting(self, row: FormRow, *, starts: bool) -> None:
        if row.own("assisting") is not None:
            expressions, doubts = parse_units(row.text("assisting"))
            self.doubtful.extend(
                _at(row, "assisting", (each for each in doubts if each.code != "unit_no_lead"))
            )
            self.assisting = [replace(each, role="assist") for each in expressions]
        elif "assisting" not in row.from_above and (starts or row.own("units") is not None):
            self.assisting = ()

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
        named = {each.text for each in units}
        season_from, season_to = read.season or (None, None)
        clause = DraftClause(
            row=row,
            condition=row.text("condition"),
            closing=row.text("closing") or None,
            limit=read.limit,
            limit_text=read.limit_text,
            units=[*units, *(each for each in self.assisting if each.text not in named)],
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

    def _class(self, row: FormRow) -> bool:
        """Take over the class cells of a row; return whether a class starts here."""
        if row.own("major_code") is not None:
            major = self._code(row, "major_code", 2)
            if major != self.major_code:
                self.major_code, self.major_name = major, ""
        if row.own("major_name") is not None:
            self.major_name = self._name(row, "major_name")
        code_here, name_here = row.own("minor_code") is not None, row.own("minor_name") is not None
        if not code_here and not name_here:
            return False
        name = self._name(row, "minor_name")
        minor = self._code(row, "minor_code", self.minor_digits)
        above = self.current
        if above is not None and (
            (not code_here and name == above.name) or (not name_here and above.code.endswith(minor))
        ):
            return False
        self.current = None
        if not minor or not name:
            column, zh, en = ("minor_code", "代码", "code") if not minor else ("minor_name", "名称", "name")
            self.refused.append(row.fault(f"missing_{en}", column, f"类别没有{zh}", f"the class has no {en}"))
            return True
        whole = len(minor) >= len(self.major_code) + 2 and minor.startswith(self.major_code or minor[:2])
        code = minor if whole else self.major_code + minor
        if above is not None and (code, name) == (above.code, above.name):
            self.current = above  # a table that repeats the class in every row
            return False
        if not self.major_code and not whole:
            self.refused.append(
                row.fault("missing_major", "major_code", "没有大类代码", "there is no major code")
            )
        elif not re.fullmatch(r"[0-9A-Za-z]{1,16}", code):
            self.refused.append(
                row.fault("bad_code", "minor_code", "代码只能是数字或字母", "a code is digits or letters")
            )
        else:
            self.current = self._opened(row, code, name)
        return True

    def _opened(self, row: FormRow, code: str, name: str) -> DraftClass | None:
        before = self.classes.get((row.kind, code))
        if before is None:
            made = DraftClass(row, row.kind, code, name, self.major_code or code[:2], self.major_name)
            read = {
                "major_code": made.major_code,
                "major_name": made.major_name,
                "minor_code": code,
                "minor_name": name,
            }
            made.cells = {field: row.text(field) or value for field, value in read.items()}
            self.classes[row.kind, code] = made
            return made
        if before.name != name:
            self.refused.append(
                row.fault(
                    "duplicate_code",
                    "minor_code",
                    f"代码 {code} 已用于第 {before.row.row} 行的“{before.name}”",
                    f"code {code} is that of “{before.name}” in row {before.row.row}",
                )
            )
            return None
        self.doubtful.append(
            row.fault(
                "class_in_two_places",
                "minor_code",
                f"同一小类在第 {before.row.row} 行已出现，条款接在其后",
                f"the class stands already in row {before.row.row}; the clauses were added to it",
            )
        )
        return before

    def _code(self, row: FormRow, name: str, digits: int) -> str:
        text = row.text(name)
        cell = row.own(name)
        if cell is not None and text.isdigit() and (cell.number or len(text) < 2):
            # A whole code that lost its zero: 101 below major 01.
            if len(text) > digits:
                digits = len(text) + len(text) % 2
            padded = text.zfill(digits)
            self.doubtful.append(
                row.fault(
                    "code_as_number",
                    name,
                    f"代码是数字而不是文本，按 {padded} 读",
                    f"the code is a number, not text; read as {padded}",
                    Text("把列设为文本格式", "keep the column as text"),
                )
            )
            return padded
        return text

    def _name(self, row: FormRow, name: str) -> str:
        text = row.text(name)
        if re.search(r"[\r\n]", text):
            self.doubtful.append(
                row.fault(
                    "name_line_break",
                    name,
                    "名称中有换行，已去掉",
                    "there is a line break in the name; it was taken out",
                )
            )
            text = re.sub(r"\s*[\r\n]+\s*", "", text)
        return text

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


def _at(row: FormRow, name: str, doubts: Iterable[Fault]) -> list[Fault]:
    place: Place = row.place(name)
    return [replace(doubt, place=place) for doubt in doubts]
