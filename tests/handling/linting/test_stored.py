"""A stored edition is asked what its file was asked: the real form, before it is loaded and after."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from gridsvc.catalog import load_classes
from gridsvc.handling import import_specification, load_specifications
from gridsvc.handling.linting import LintReport, Surroundings, World, lint_edition, lint_file

# What reading mends, and what a title or the list of classes says: no stored cell has it any more.
_ONLY_IN_THE_FILE = {
    "title_placeholder",
    "name_line_break",
    "inner_blank",
    "outer_blank",
    "code_as_number",
}


def _cells(report: LintReport) -> set[tuple[str, str | None, int | None]]:
    return {(each.kind, each.place.sheet, each.place.row) for each in report.findings}


def test_the_real_form_has_the_same_findings_before_and_after(connection: Connection, form: Path) -> None:
    before = _cells(lint_file(form))
    import_specification(connection, form)
    (stored,) = load_specifications(connection)
    after = _cells(lint_edition(stored, World(around=Surroundings(classes=load_classes(connection)))))
    assert {each for each in before - after if each[0] not in _ONLY_IN_THE_FILE} == set()
    assert after - before == set()
    assert {"columns_swapped", "threshold_drag_filled", "limit_action", "hour_undeclared"} <= {
        kind for kind, _, _ in after
    }
