"""Reading a file for lint: what an import would read of it, and everything that it would say of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridsvc.catalog import checked_scheme
from gridsvc.errors import Fault
from gridsvc.handling.class_matching import fitting_scheme, match_classes
from gridsvc.handling.drafts import DraftSpecification, draft_classes
from gridsvc.handling.findings import find_doubts
from gridsvc.handling.forms import read_form
from gridsvc.handling.linting.findings import LintReport
from gridsvc.handling.linting.running import lint_subject
from gridsvc.handling.linting.subject import of_draft
from gridsvc.handling.linting.surroundings import NOWHERE_KNOWN, World


@dataclass(frozen=True, slots=True)
class Options:
    """What an import of the file would be told: see `spec import`."""

    scheme: str | None = None
    kind: str | None = None


AS_IT_IS = Options()


def lint_file(path: Path, world: World = NOWHERE_KNOWN, options: Options = AS_IT_IS) -> LintReport:
    """Return the report of a file; nothing is loaded.

    Raises InputRefused where there is nothing to read (what `read_form` raises).
    """
    around = world.around
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    scheme = checked_scheme(options.scheme) if options.scheme else None
    sheets = read_form(path, options.kind, refused, doubtful)
    classes = draft_classes(sheets, scheme, refused, doubtful)
    scheme = scheme or fitting_scheme(classes, around.classes)
    classes, _ = match_classes(classes, scheme, around.classes, refused, doubtful)
    doubtful.extend(find_doubts(sheets, classes))
    draft = DraftSpecification(classes)
    subject = of_draft(draft, path.name, scheme, around.units or (), around.classes)
    around = world.around_edition(subject.specification)
    return lint_subject(subject, around, refused=refused, doubtful=doubtful)
