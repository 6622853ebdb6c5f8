"""Writing the coverage matrix: a workbook, a table, or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from gridsvc.responsibility.coverage.matrix import DECISIONS, Coverage, Line, Tally
from gridsvc.responsibility.coverage.rows import by_fallback, lead_of, long_header, long_rows, share_of
from gridsvc.responsibility.coverage.workbook import coverage_workbook
from gridsvc.tabular import check_target, harmless, write_whole

SUFFIXES = (".xlsx", ".json", ".csv")


def write_coverage(coverage: Coverage, path: Path) -> int:
    """Write the matrix by the suffix of `path`, whole or not at all; return its bytes."""
    check_target(path, SUFFIXES)
    return write_whole(path, _WRITERS[path.suffix.lower()](coverage))


def coverage_as_dict(coverage: Coverage) -> dict[str, Any]:
    """Return the matrix as plain values, for JSON."""
    return {
        "edition": coverage.edition,
        "reports": coverage.reports,
        "elsewhere": coverage.elsewhere,
        "streets": [{"code": each.code, "name": each.name} for each in coverage.streets],
        "facts": {name: {"zh": text.zh, "en": text.en} for name, text in coverage.titles.items()},
        "left_out": dict(coverage.left_out),
        "by_class": [
            {"kind": kind, "class": code, "name": coverage.names.get((kind, code)), **_tally(tally)}
            for (kind, code), tally in by_fallback(coverage.by_class)
        ],
        "by_street": [
            {"street": street.code, "name": street.name, **_tally(coverage.by_street[street.code])}
            for street in coverage.streets
            if street.code in coverage.by_street
        ],
        "lines": [_line(coverage, line) for line in coverage.lines],
    }


def _line(coverage: Coverage, line: Line) -> dict[str, Any]:
    return {
        "kind": line.class_.kind,
        "class": line.class_.code,
        "name": line.class_.name,
        "facts": {name: {"zh": words.zh, "en": words.en} for name, words in line.facts.items()},
        "cases": sum(line.cases),
        "hole_share": share_of(line.hole_cases, coverage.reports),
        "streets": [
            {
                "street": street.code,
                "decision": verdict.decision,
                "unit": verdict.unit,
                "name": lead_of(verdict),
                "rule": verdict.rule.code if verdict.rule else None,
                "cases": cases,
            }
            for street, verdict, cases in zip(coverage.streets, line.verdicts, line.cases, strict=True)
        ],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "cases": tally.total,
        **{decision: tally.decided[decision] for decision in DECISIONS},
        "fallback_share": round(tally.share("fallback"), 6),
    }


def _csv(coverage: Coverage) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(long_header(coverage))
    writer.writerows([harmless(value) for value in row] for row in long_rows(coverage, holes=False))
    return held.getvalue().encode("utf-8-sig")


def _json(coverage: Coverage) -> bytes:
    return orjson.dumps(coverage_as_dict(coverage), option=orjson.OPT_INDENT_2)


_WRITERS: dict[str, Callable[[Coverage], bytes]] = {".xlsx": coverage_workbook, ".json": _json, ".csv": _csv}
