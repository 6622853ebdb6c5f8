"""`gridsvc spec lint`: what is wrong with a specification, and who answers for what where."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.database import read_if_any, transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import importing, print_json, say
from gridsvc.cli.spec_trial import FileDay, FileGrade, FileHour, FileKind, FilePolicy, FileScheme
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gridsvc.handling.linting import LintReport, Options
    from gridsvc.responsibility.coverage.matrix import Coverage

_MOST_SHOWN = 50
_MOST_HOLES_SHOWN = 15
_DAYS_A_MONTH = 30.4375


def register(app: typer.Typer) -> None:
    """Add the command to `spec`."""
    app.command("lint")(lint)


def lint(
    file: Annotated[
        Path | None,
        typer.Argument(help="A form or workbook, which is not loaded; without it the editions in force."),
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="This stored edition, withdrawn or not.", metavar="NAME")
    ] = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Who answers for each class on each street, by the facts.")
    ] = False,
    fail_on: Annotated[
        Literal["error", "warning", "hint", "never"],
        typer.Option("--fail-on", help="Exit 1 when there are findings as bad as this, or worse."),
    ] = "error",
    months: Annotated[
        int, typer.Option(help="Count the reports of the last months; 0 counts none.", min=0, max=600)
    ] = 12,
    scheme: FileScheme = None,
    kind: FileKind = None,
    hour: FileHour = None,
    day: FileDay = None,
    grade: FileGrade = None,
    policy: FilePolicy = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Report: .xlsx, .json or .csv.", metavar="F")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what is wrong or doubtful in a specification: clauses, limits, rules, units. Exit 1 on errors.

    --matrix shows instead how each class is decided on each street, and the share of cases that holes catch.
    """
    from gridsvc.handling.linting import Options
    from gridsvc.tabular import check_target

    if file is not None and edition is not None:
        raise WrongUsage(
            "file_or_edition",
            Text("文件与 --edition 只能给一个。", "give a file or --edition, not both."),
        )
    if output is not None:
        check_target(output)
    now = datetime.now(get_settings().zone)
    since = now - timedelta(days=_DAYS_A_MONTH * months) if months else None
    options = Options(scheme, kind, hour, day, grade, policy)
    if matrix:
        _matrix(file, edition, options, now, since, output, as_json=as_json)
        return
    if file is not None:
        reports = [_lint_file(file, options, now, since)]
    else:
        with transaction() as connection:
            reports = _lint_stored(connection, edition, now, since)
    _tell(reports, output, as_json=as_json)
    if fail_on != "never" and any(report.reaches(fail_on) for report in reports):
        raise typer.Exit(1)


def _lint_file(file: Path, options: Options, now: datetime, since: datetime | None) -> LintReport:
    from gridsvc.cases.lint_world import load_world
    from gridsvc.handling.linting import World, lint_file

    there, world = read_if_any(lambda connection: load_world(connection, since, now), insist=False)
    if not there:
        note = Text(
            "没有可用的数据库：单位、辖区、类别表和案件未核对。",
            "There is no database: units, territories, the class list and reports are not looked at.",
        )
        print(say(note), file=sys.stderr)
    with importing(file):
        return lint_file(file, world or World(), options)


def _lint_stored(
    connection: Connection, edition: str | None, now: datetime, since: datetime | None
) -> list[LintReport]:
    from gridsvc.cases.lint_world import load_world
    from gridsvc.handling.comparing import Trial, read_sides
    from gridsvc.handling.linting import lint_edition

    (side,) = read_sides(connection, [now if edition is None else edition], Trial(now))
    world = load_world(connection, since, now)
    return [lint_edition(each, world) for each in side.specifications]


def _matrix(
    file: Path | None,
    edition: str | None,
    options: Options,
    now: datetime,
    since: datetime | None,
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    from gridsvc.cases.coverage import cover_specification
    from gridsvc.handling.comparing import Trial
    from gridsvc.responsibility.coverage.writing import coverage_as_dict, write_coverage

    given = str(file) if file is not None else edition if edition is not None else now
    trial = Trial(now, **asdict(options))
    # A file is loaded here, and unloaded again at the end.
    with transaction(dry_run=True) as connection:
        found = cover_specification(connection, get_settings(), given, trial, since)
    if output is not None:
        write_coverage(found, output)
    if as_json:
        print_json(coverage_as_dict(found))
        return
    _print_coverage(found)
    if output is not None:
        print(say(Text(f"矩阵：{output}", f"Matrix: {output}")))


def _tell(reports: Sequence[LintReport], output: Path | None, *, as_json: bool) -> None:
    from gridsvc.handling.linting import lint_as_dict, write_lint

    if output is not None:
        write_lint(reports, output)
    if as_json:
        print_json(lint_as_dict(reports))
        return
    for report in reports:
        _print_report(report)
    if output is not None:
        print(say(Text(f"报告：{output}", f"Report: {output}")))


def _print_report(report: LintReport) -> None:
    from gridsvc.handling.linting import SEVERITY_NAMES

    name = report.edition or report.source
    cases = "" if report.reports is None else f"，核对案件 {report.reports:,} 件"
    cases_en = "" if report.reports is None else f", held against {report.reports:,} reports"
    print(
        say(
            Text(
                f"{name}（{report.scheme}）：{report.classes} 个小类，{report.clauses} 条，"
                f"{report.rules} 条规则{cases}",
                f"{name} ({report.scheme}): {report.classes} classes, {report.clauses} clauses,"
                f" {report.rules} rules{cases_en}",
            )
        )
    )
    if not report.findings:
        print(say(Text("未发现任何问题。", "Nothing was found.")))
        return
    rows = [(say(SEVERITY_NAMES[x.severity]), say(x.title), x.kind, str(n)) for x, n in report.summary()]
    _print_table(rows)
    for each in report.findings[:_MOST_SHOWN]:
        place = replace(each.place, file=None)
        where = f" {place}" if str(place) else ""
        print(f"{say(SEVERITY_NAMES[each.severity])} {each.kind}{where}: {say(each.message)}")
        print(f"    → {say(each.remedy)}")
    rest = len(report.findings) - _MOST_SHOWN
    if rest > 0:
        print(say(Text(f"另有 {rest} 处（-o 文件.xlsx）。", f"and {rest} more (-o FILE.xlsx).")))


def _print_coverage(found: Coverage) -> None:
    from gridsvc.responsibility.coverage.matrix import DECISIONS, HOLES
    from gridsvc.responsibility.coverage.rows import MARKS, by_fallback, share_of

    classes = len({(line.class_.kind, line.class_.code) for line in found.lines})
    print(
        say(
            Text(
                f"{found.edition}：{classes} 个小类 × {len(found.streets)} 个街道，{len(found.lines)} 种情形",
                f"{found.edition}: {classes} classes × {len(found.streets)} streets,"
                f" {len(found.lines)} situations",
            )
        )
    )
    if not found.reports:
        print(say(Text("没有可统计的案件。", "There are no reports to count.")))
        return
    total = {name: sum(each.decided[name] for each in found.by_class.values()) for name in DECISIONS}
    shares = "  ".join(f"{say(MARKS[name][1])} {n / found.reports:.1%}" for name, n in total.items())
    print(say(Text(f"案件 {found.reports:,} 件：{shares}", f"{found.reports:,} reports: {shares}")))
    names = {street.code: street.name for street in found.streets}
    caught_on = [each for each in by_fallback(found.by_street) if each[1].decided["fallback"]]
    if caught_on:
        print(say(Text("兜底占比最高的街道：", "Streets with most fallbacks:")))
    for code, tally in caught_on[:_MOST_HOLES_SHOWN]:
        caught = tally.decided["fallback"]
        print(f"  {names[code]}  {caught:,} / {tally.total:,} ({tally.share('fallback'):.1%})")
    holes = [
        (cases, line, street, verdict)
        for line in found.lines
        for street, verdict, cases in zip(found.streets, line.verdicts, line.cases, strict=True)
        if cases and verdict.decision in HOLES
    ]
    holes.sort(key=lambda hole: -hole[0])
    if holes:
        print(say(Text("最大的漏洞：", "The widest holes:")))
    for cases, line, street, verdict in holes[:_MOST_HOLES_SHOWN]:
        facts = "、".join(f"{found.titles[name].zh}{words.zh}" for name, words in line.facts.items())
        mark = MARKS[verdict.decision]
        print(
            f"  {share_of(cases, found.reports) or 0:.2%}  {mark[0]} {say(mark[1])}  {line.class_.code}"
            f" {line.class_.name}  {street.name}  {facts}"
        )


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(_wide(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        padded = [text + " " * (widths[k] - _wide(text)) for k, text in enumerate(row[:-1])]
        print("  " + "  ".join([*padded, row[-1].rjust(widths[-1])]))


def _wide(text: str) -> int:
    """Return how many columns a terminal gives to a text; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
