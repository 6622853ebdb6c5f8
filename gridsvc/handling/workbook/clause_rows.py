"""Rows of 条款 as drafts of clauses: one filing condition a row, every field in its own cell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass, DraftClause
from gridsvc.handling.expressions import parse_units
from gridsvc.handling.fact_values import read_fact_value
from gridsvc.handling.facts import FACTS
from gridsvc.handling.forms import FormRow
from gridsvc.handling.limit_cells import read_limit_cell
from gridsvc.handling.limits import Limit, parse_limit
from gridsvc.handling.specifications import Stage
from gridsvc.handling.workbook.columns import (
    FROM_WORDS,
    GRADES,
    KIND_WORDS,
    MOST_STAGES,
    OTHER,
    Column,
    clause_columns,
)
from gridsvc.handling.workbook.sheet_rows import TableRows, word

_COLUMNS: Mapping[str, Column] = {column.field: column for column in clause_columns(MOST_STAGES)}
_NEEDED = (
    ("kind", Text("没有类型", "the kind is missing")),
    ("code", Text("没有类别代码", "the code of the class is missing")),
    ("minor_name", Text("没有小类名称", "the name of the class is missing")),
    ("condition", Text("没有立案条件", "there is no filing condition")),
    ("units", Text("没有处置单位", "no responsible unit is named")),
)
_MOST_ORDINAL = 10_000


def draft_clauses(table: TableRows, refused: list[Fault], doubtful: list[Fault]) -> list[DraftClass]:
    """Return the classes of the sheet, with their clauses in the order of their numbers."""
    return _Drafting(table, refused, doubtful).run()


class _Drafting:
    """One pass down the sheet."""

    def __init__(self, table: TableRows, refused: list[Fault], doubtful: list[Fault]) -> None:
        self.table, self.refused, self.doubtful = table, refused, doubtful
        self.classes: dict[tuple[str, str], DraftClass] = {}
        self.numbers: dict[tuple[str, str], dict[int, DraftClause]] = defaultdict(dict)

    def run(self) -> list[DraftClass]:
        for row in self.table.rows:
            if row.row not in self.table.broken:
                self._row(row)
        for key, each in self.classes.items():
            numbers = sorted(self.numbers[key])
            each.clauses.extend(self.numbers[key][number] for number in numbers)
            gap = next((place for place, number in enumerate(numbers, 1) if place != number), None)
            if gap is not None:
                self.doubtful.append(
                    each.clauses[gap - 1].row.fault(
                        "ordinal_gap",
                        "ordinal",
                        f"条件序号不连续，按 {gap} 计",
                        f"the numbers of the conditions have a gap; counted as {gap}",
                    )
                )
        return [each for each in self.classes.values() if each.clauses]

    def _row(self, row: FormRow) -> None:
        before = len(self.refused)
        kind = word(row, _COLUMNS["kind"], KIND_WORDS, self.refused)
        for field, missing in _NEEDED:
            if not row.text(field):
                self.refused.append(row.fault(f"missing_{field}", field, missing.zh, missing.en))
        code = row.text("code")
        if code and not re.fullmatch(r"[0-9A-Za-z]{1,16}", code):
            self._refuse(row, "bad_code", "code", "代码只能是数字或字母", "a code is digits or letters")
        written = row.text("minor_code")
        # Whoever looks for the code of a form's row finds the whole one, and the column where it stands.
        cells = {field: cell for field, cell in row.cells.items() if field != "minor_code"}
        if "code" in cells:
            cells["minor_code"] = cells["code"]
        headers = {**row.headers, "minor_code": _COLUMNS["code"].header}
        row = replace(row, kind=kind or "", cells=cells, headers=headers)
        clause = self._clause(row)
        if kind is None or len(self.refused) > before:
            return
        found = self._class(row, kind, code, written)
        if found is None:
            return
        numbers = self.numbers[kind, code]
        ordinal = self._ordinal(row, numbers)
        if ordinal is not None:
            numbers[ordinal] = clause

    def _class(self, row: FormRow, kind: str, code: str, written: str) -> DraftClass | None:
        name = re.sub(r"\s*[\r\n]+\s*", "", row.text("minor_name"))
        there = self.classes.get((kind, code))
        if there is None:
            major = _major_code(code, row.text("major_code"))
            major_name = re.sub(r"\s*[\r\n]+\s*", "", row.text("major_name"))
            read = {
                "major_code": row.text("major_code") or major,
                "major_name": row.text("major_name"),
                "minor_code": written or code,
                "minor_name": row.text("minor_name"),
            }
            there = DraftClass(row, kind, code, name, major, major_name, cells=read)
            self.classes[kind, code] = there
        elif there.name != name:
            self._refuse(
                row,
                "duplicate_code",
                "code",
                f"代码 {code} 已用于第 {there.row.row} 行的“{there.name}”",
                f"code {code} is that of “{there.name}” in row {there.row.row}",
            )
            return None
        return there

    def _ordinal(self, row: FormRow, numbers: Mapping[int, DraftClause]) -> int | None:
        text = row.text("ordinal")
        if not text:
            return max(numbers, default=0) + 1
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
        if not 1 <= number <= _MOST_ORDINAL:
            self._refuse(
                row, "bad_ordinal", "ordinal", "条件序号应为从 1 起的整数", "a whole number from 1 on"
            )
            return None
        if number in numbers:
            other = numbers[number].row.row
            self._refuse(
                row,
                "duplicate_clause",
                "ordinal",
                f"同一小类的第 {number} 个立案条件已在第 {other} 行",
                f"condition {number} of this class stands already in row {other}",
            )
            return None
        return number

    def _clause(self, row: FormRow) -> DraftClause:
        units, doubts = parse_units(row.text("units"))
        if row.text("units"):
            self._doubt(row, "units", doubts)
            if not units:
                self._refuse(row, "missing_units", "units", "没有处置单位", "no responsible unit is named")
        stages = self._stages(row)
        graded = self._graded(row)
        read = read_limit_cell(row.text("limit") or None)
        limit, doubts = read.limit, read.doubts
        # A clause whose limits stand in the grades or the stages needs no other one.
        if row.text("limit") or not (graded or stages):
            self._doubt(row, "limit", doubts)
        season = self._season(row)
        return DraftClause(
            row=row,
            condition=row.text("condition"),
            closing=row.text("closing") or None,
            limit=limit,
            limit_text=row.text("limit") or None,
            units=units,
            units_row=row,
            supervising_row=row if row.text("supervising") else None,
            graded=graded,
            stages=stages,
            legal_basis=row.text("legal_basis") or None,
            collection_rule=row.text("collection_rule") or None,
            season_from=season[0],
            season_to=season[1],
            other={
                header.removeprefix(OTHER): row.text(f"other_{column}")
                for header, column in self.table.other.items()
                if row.text(f"other_{column}")
            },
        )

    def _graded(self, row: FormRow) -> list[tuple[str, str, Limit | None]]:
        graded = []
        for grade in GRADES:
            text = row.text(f"limit_{grade}")
            if text:
                limit, doubts = parse_limit(text)
                self._doubt(row, f"limit_{grade}", doubts)
                graded.append((grade, text, limit))
        return graded

    def _stages(self, row: FormRow) -> list[Stage]:
        stages = []
        for number in range(1, MOST_STAGES + 1):
            name, text = row.text(f"stage_{number}"), row.text(f"stage_{number}_limit")
            start = word(row, _COLUMNS[f"stage_{number}_from"], FROM_WORDS, self.refused)
            if not name and not text:
                continue
            limit, doubts = parse_limit(text or None)
            field = f"stage_{number}_limit" if name else f"stage_{number}"
            if not name or limit is None:
                self._refuse(
                    row,
                    "stage_incomplete",
                    field,
                    "阶段须有名称和能读懂的时限",
                    "a stage needs a name and a limit that can be read",
                )
                continue
            self._doubt(row, field, doubts)
            stages.append(Stage(name, limit, start or "start"))
        return stages

    def _season(self, row: FormRow) -> tuple[str | None, str | None]:
        first, last = row.text("season_from"), row.text("season_to")
        if not first and not last:
            return None, None
        window = read_fact_value(FACTS["season"], f"{first}..{last}")
        if window is None:
            field = "season_from" if first else "season_to"
            self._refuse(
                row,
                "bad_season",
                field,
                "季节起止都要填，写成 03-15",
                "both ends of a season are needed, as 03-15",
            )
            return None, None
        start, end = window.split("..")
        return start, end

    def _refuse(self, row: FormRow, code: str, field: str, zh: str, en: str) -> None:
        self.refused.append(row.fault(code, field, zh, en))

    def _doubt(self, row: FormRow, field: str, doubts: list[Fault]) -> None:
        place = row.place(field)
        self.doubtful.extend(replace(doubt, place=place) for doubt in doubts)


def _major_code(code: str, written: str) -> str:
    """Return the major code within a class code: as written, or with the zero that the form lost."""
    for candidate in (written, written.zfill(2)):
        if written and code.startswith(candidate) and len(candidate) < len(code):
            return candidate
    return code[:2]
