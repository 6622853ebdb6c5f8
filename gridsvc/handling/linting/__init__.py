"""Lint: what is wrong with, or missing in, a handling specification, before it is loaded and after."""

from gridsvc.handling.linting.findings import LintFinding, LintReport
from gridsvc.handling.linting.kinds import KINDS, SEVERITIES, SEVERITY_NAMES
from gridsvc.handling.linting.reading import Options, lint_file
from gridsvc.handling.linting.running import lint_edition
from gridsvc.handling.linting.surroundings import Surroundings, Upheld, World
from gridsvc.handling.linting.writing import lint_as_dict, write_lint

__all__ = [
    "KINDS",
    "SEVERITIES",
    "SEVERITY_NAMES",
    "LintFinding",
    "LintReport",
    "Options",
    "Surroundings",
    "Upheld",
    "World",
    "lint_as_dict",
    "lint_edition",
    "lint_file",
    "write_lint",
]
