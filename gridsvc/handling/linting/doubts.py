"""The doubts of an import, asked of an edition that is stored: the same questions of the same cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gridsvc.catalog import Cell, Class
from gridsvc.errors import Fault
from gridsvc.handling.drafts import DraftClass, DraftClause
from gridsvc.handling.expressions import DraftUnit, parse_units
from gridsvc.handling.findings import find_doubts
from gridsvc.handling.form_columns import HEADERS
from gridsvc.handling.forms import FormRow
from gridsvc.handling.limit_cells import read_limit_cell
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.specifications import Clause

_USUAL_HEADERS = {name: words[0] for name, words in HEADERS.items()}


def doubts_of(subject: Subject, classes: Sequence[Class]) -> Iterator[Fault]:
    """Return what an import would doubt of a stored edition, as far as its cells are kept.

    Blanks, line breaks and codes as numbers were mended when it was read, and are not seen any more.
    """
    drafts = as_drafts(subject, classes)
    yield from find_doubts((), drafts)
    for row in {id(each.units_row): each.units_row for made in drafts for each in made.clauses}.values():
        for doubt in parse_units(row.text("units"))[1]:
            yield replace(doubt, place=row.place("units"))
    closings = any(each.closing for made in drafts for each in made.clauses)
    for clause, draft in zip(subject.specification.clauses, _clauses(drafts), strict=True):
        # Grades and stages with cells of their own leave the common limit blank, and that is no doubt.
        if clause.limit_text or not (clause.graded or clause.stages):
            for doubt in read_limit_cell(clause.limit_text, clause.closing_condition).doubts:
                yield replace(doubt, place=draft.row.place("limit"))
        if closings and not clause.closing_condition:
            yield draft.row.fault(
                "closing_missing", "closing", "没有结案条件", "there is no closing condition"
            )


def as_drafts(subject: Subject, classes: Sequence[Class]) -> list[DraftClass]:
    """Return a stored edition as the form that it was read from, a row for each clause.

    Clauses of one class that say the same of units have it from one cell, as where it is merged.
    """
    edition = subject.specification
    majors = {
        (each.kind, each.code): (each.major_code, each.major_name)
        for each in classes
        if each.scheme == edition.scheme
    }
    drafts: dict[tuple[str, str], DraftClass] = {}
    for clause in edition.clauses:
        key = clause.kind, clause.class_code
        major_code, major_name = majors.get(key, (clause.class_code[:2], ""))
        row = _row(edition.source, clause, major_code, major_name, subject.names.get(key, ""))
        made = drafts.setdefault(
            key,
            DraftClass(row, clause.kind, clause.class_code, row.text("minor_name"), major_code, major_name),
        )
        before = made.clauses[-1] if made.clauses else None
        units_row, supervising_row = row, row
        if before is not None and before.responsible_text == clause.responsible_text:
            units_row = before.units_row
        if before is not None and before.supervising_text == clause.supervising_text:
            supervising_row = before.supervising_row or row
        made.clauses.append(
            DraftClause(
                row=row,
                condition=clause.filing_condition,
                closing=clause.closing_condition,
                limit=clause.limit,
                limit_text=clause.limit_text,
                units=[DraftUnit(each.means, each.text, each.role, each.unit_code) for each in clause.units],
                units_row=units_row,
                supervising_row=supervising_row if clause.supervising_text else None,
            )
        )
    return list(drafts.values())


def _row(file: str, clause: Clause, major_code: str, major_name: str, name: str) -> FormRow:
    texts = {
        "major_code": major_code,
        "major_name": major_name,
        "minor_code": clause.class_code,
        "minor_name": name or clause.class_code,
        "units": clause.responsible_text,
        "supervising": clause.supervising_text,
        "condition": clause.filing_condition,
        "closing": clause.closing_condition,
        "limit": clause.limit_text,
    }
    cells = {field: Cell(text) for field, text in texts.items() if text}
    return FormRow(file, clause.sheet, clause.row or 0, clause.kind, cells, frozenset(), _USUAL_HEADERS)


def _clauses(drafts: Sequence[DraftClass]) -> Iterator[DraftClause]:
    # In the order of the edition's clauses, which are sorted by class.
    for each in drafts:
        yield from each.clauses
