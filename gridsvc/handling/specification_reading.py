"""Reading a specification file of whichever form: the municipal form, or our own workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from gridsvc.errors import Fault, Text
from gridsvc.handling.drafting import draft_classes
from gridsvc.handling.drafts import DraftSpecification
from gridsvc.handling.forms import FormSheet, read_form
from gridsvc.handling.row_limits import GradeWords
from gridsvc.handling.workbook import WorkbookContents, is_workbook, read_workbook


@dataclass(frozen=True, slots=True)
class SpecificationFile:
    """What a file holds: the specification, and its sheets in order; `workbook`: ours, if it is one."""

    specification: DraftSpecification
    sheets: Sequence[FormSheet]
    workbook: WorkbookContents | None = None


def read_specification(
    path: Path,
    *,
    scheme: str | None,
    kind: str | None,
    grade_means: str | None,
    zone: ZoneInfo,
    refused: list[Fault],
    doubtful: list[Fault],
) -> SpecificationFile:
    """Read a file; what cannot be taken is added to `refused`, by sheet, row and column.

    `scheme` tells how long codes are, `kind` what a sheet of the municipal form holds whose name does not
    tell, `grade_means` what A, B, C mean, and `zone` where a date begins. Raises InputRefused where there is
    nothing to read.
    """
    if is_workbook(path):
        read = read_workbook(path, zone, refused, doubtful)
        found = read.specification
        found.grade_means = grade_means or found.grade_means
        return SpecificationFile(found, read.sheets, read)
    sheets = read_form(path, kind, refused, doubtful)
    drafted = draft_classes(sheets, scheme, refused, doubtful)
    meaning = _grade_means(drafted.grades, grade_means, doubtful)
    return SpecificationFile(DraftSpecification(drafted.classes, grade_means=meaning), sheets)


def _grade_means(grades: GradeWords, given: str | None, doubtful: list[Fault]) -> str | None:
    """Return what the grades of a form mean: what is given, else what its words say; None for no grades."""
    if grades.first is None:
        return None
    said = sorted(grades.said)
    if given is not None:
        if said and given not in said:
            doubtful.append(
                Fault(
                    "grade_means_differs",
                    Text(
                        f"按 --grade {given} 读，表中的用语却像是 {said[0]}",
                        f"read as --grade {given}; the words of the form rather mean {said[0]}",
                    ),
                    grades.said[said[0]],
                )
            )
        return given
    if len(said) == 1:
        return said[0]
    doubtful.append(
        Fault(
            "grade_means_unknown",
            Text(
                "A、B、C 类既像区域又像紧急程度，分级时限暂不使用"
                if said
                else "没有说明 A、B、C 类指区域还是紧急程度，分级时限暂不使用",
                "the words mean both areas and urgencies; the graded limits are not used"
                if said
                else "nothing says whether A, B, C are areas or urgencies; the graded limits are not used",
            ),
            grades.first,
            Text(
                "加 --grade area（区域）或 --grade urgency（紧急程度）", "add --grade area or --grade urgency"
            ),
        )
    )
    return None
