"""`gridsvc spec replay`: what a new specification, or grid, would have done to the cases of the past."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, name_or_instant, pairs
from gridsvc.cli.output import print_json, say
from gridsvc.cli.spec_diff import Overwrite
from gridsvc.cli.spec_trial import FileDay, FileGrade, FileHour, FileKind, FilePolicy, FileScheme, trial
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gridsvc.responsibility.replay.replaying import Batch

_MOST_SHOWN = 20
_DAYS = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command to `spec`."""
    app.command("replay")(replay_command)


def replay_command(
    before: Annotated[
        str | None, typer.Argument(help="An edition by its name, a date, or a file.", metavar="A")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(help="Another edition, a date, or a file not loaded yet.", metavar="B")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(
            help="CSV or Parquet of cases, as resolve reads it (held in memory: 0.4 GB a million); else the"
            " reports of the database."
        ),
    ] = None,
    grid: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two editions of areas, or dates, to compare.", metavar="A B"),
    ] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=_DAYS, help="first day")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAYS, help="last day, included")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Of a file: FIELD=NAME, a field's column.", metavar="FIELD=NAME")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="F",
            help="The tables as .xlsx, or every changed case as .csv, .parquet.",
        ),
    ] = None,
    scheme: FileScheme = None,
    kind: FileKind = None,
    hour: FileHour = None,
    day: FileDay = None,
    grade: FileGrade = None,
    policy: FilePolicy = True,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Resolve past cases under two editions; say who gains and loses, and which deadlines move."""
    from gridsvc.responsibility.replay.editions import ToReplay, load_replay
    from gridsvc.responsibility.replay.replaying import replay
    from gridsvc.responsibility.replay.report import Measured, report_of
    from gridsvc.responsibility.replay.workbook import write_workbook
    from gridsvc.responsibility.replay.writing import ROW_SUFFIXES, SUFFIXES, changed_cases
    from gridsvc.tabular import check_target

    settings = get_settings()
    wanted = ToReplay(
        _two(before, after), (name_or_instant(grid[0]), name_or_instant(grid[1])) if grid else None
    )
    if output is not None:
        check_target(output, SUFFIXES, overwrite=overwrite)
    start = time.perf_counter()
    with transaction(dry_run=True) as connection, ExitStack() as held:
        old, new = load_replay(connection, settings, wanted, trial(scheme, kind, hour, day, grade, policy))
        sinks = []
        if output is not None and output.suffix.lower() in ROW_SUFFIXES:
            sinks.append(held.enter_context(changed_cases(output)))
        batches = _batches(connection, cases, dict(pairs(column, "--column")), first, last)
        found = replay(old, new, batches, sinks)
    report = report_of(found)
    measured = Measured(time.perf_counter() - start, peak_mb()).as_dict(found.cases)
    if output is not None and output.suffix.lower() == ".xlsx":
        write_workbook(output, report, settings.language)
    if as_json:
        print_json(report | {"measured": measured})
        return
    _print_report(report, settings.language)
    print(
        say(
            Text(
                f"用时 {measured['seconds']} 秒，每秒 {measured['cases_per_second']:,} 件，"
                f"内存最多 {measured['peak_memory_mb']:,.0f} MB。",
                f"{measured['seconds']} s, {measured['cases_per_second']:,} cases a second,"
                f" at most {measured['peak_memory_mb']:,.0f} MB of memory.",
            )
        )
    )
    if output is not None:
        print(output)


def peak_mb() -> float:
    """Return the most memory that this process ever held, in 10^6 bytes."""
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _two(before: str | None, after: str | None) -> tuple[str | datetime, str | datetime] | None:
    if before is not None and after is not None:
        return name_or_instant(before), name_or_instant(after)
    if before is None:
        return None
    raise WrongUsage(
        "one_side",
        Text("只给出了一个版本，需要两个。", "One edition is given; a replay compares two."),
        remedy=Text("写成 gridsvc spec replay A B。", "Write gridsvc spec replay A B."),
    )


def _batches(
    connection: Connection,
    cases: Path | None,
    columns: dict[str, str],
    first: datetime | None,
    last: datetime | None,
) -> Iterator[Batch]:
    zone = get_settings().zone
    since = first.replace(tzinfo=zone) if first else None
    until = (last + timedelta(days=1)).replace(tzinfo=zone) if last else None
    if since is not None and until is not None and until <= since:
        raise WrongUsage(
            "period_reversed",
            Text("--to 早于 --from。", "--to lies before --from."),
        )
    if cases is not None:
        from gridsvc.responsibility.replay.files import file_batches

        now = datetime.now(UTC)
        return file_batches(cases, columns=columns, now=now, zone=zone, since=since, until=until)
    if columns:
        raise WrongUsage(
            "columns_without_file",
            Text("--column 只用于 --cases 文件。", "--column is for a file of --cases."),
        )
    from gridsvc.cases.history import report_batches

    return report_batches(connection, since=since, until=until)


def _print_report(report: Mapping[str, Any], language: str) -> None:
    from gridsvc.responsibility.candidates import DECISION_WORDS
    from gridsvc.responsibility.replay.examples import EXAMPLES
    from gridsvc.responsibility.replay.workbook import outcome, summary_rows

    for words, count in summary_rows(report, language):
        print(words if count is None else f"  {count:>10,}  {words}")
    for scheme, count in report["other_schemes"].items():
        print(f"  {count:>10,}    {scheme}")
    for row in report["translated"]:
        words = Text("按类别对应换算", "translated by the crosswalk")
        print(f"  {row['cases']:>10,}  {say(words)} {row['from']} → {row['to']}")
    print(say(Text("判定（原 → 现）", "Decisions (before → after)")))
    for row in report["decisions"]:
        words = " → ".join(say(DECISION_WORDS[row[side]]) for side in ("before", "after"))
        print(f"  {row['cases']:>10,}  {words}")
    _print_units(report)
    _print_moves(report)
    for level, count in report["areas_changed"].items():
        print(f"  {count:>10,}  {say(Text('换到别的', 'in another'))} {level}")
    _print_why(report, language)
    if report["examples"]:
        print(say(Text("示例", "Examples")))
    for row in report["examples"]:
        class_ = row["before"]["class"]
        print(f"  {say(EXAMPLES[row['kind']])}: {row['id']} {class_['code']} {class_['name']}")
        for side in ("before", "after"):
            print(f"    {'→ ' if side == 'after' else '  '}{outcome(row[side], language)}")


def _print_units(report: Mapping[str, Any]) -> None:
    changed = [row for row in report["units"] if row["gained"] or row["lost"]]
    if not changed:
        return
    print(say(Text("单位（原 → 现，增、减）", "Units (before → after, gained, lost)")))
    for row in changed[:_MOST_SHOWN]:
        name = f"{row['name']} ({row['unit']})" if row["unit"] else say(Text("（无单位）", "(no unit)"))
        print(f"  {row['before']:>9,} → {row['after']:<9,} +{row['gained']:<8,} -{row['lost']:<8,} {name}")
    _print_rest(len(changed))


def _print_moves(report: Mapping[str, Any]) -> None:
    for kind, words in (
        ("elapsed", Text("截止时间移动（小时）", "deadlines move (hours)")),
        ("working", Text("其中工作时间（小时）", "as working time (hours)")),
    ):
        found = report["deadlines"][kind]
        if found:
            print(
                f"{say(words)}: {found['min_h']:+g} … {found['p10_h']:+g} | {found['p50_h']:+g} |"
                f" {found['p90_h']:+g} … {found['max_h']:+g}  (n={found['n']:,})"
            )


def _print_why(report: Mapping[str, Any], language: str) -> None:
    needs = report["needs_decision"]
    if needs["became"] or needs["no_more"]:
        print(
            say(
                Text(
                    f"变为需人工决定 {needs['became']:,} 件，不再需要 {needs['no_more']:,} 件",
                    f"{needs['became']:,} cases need a decision now, {needs['no_more']:,} no more",
                )
            )
        )
    for row in needs["why"][:_MOST_SHOWN]:
        reason = row["reason_en" if language == "en" else "reason"]
        print(f"  {row['cases']:>10,}  {row['class']} {row['name']}: {reason}")
    _print_rest(len(needs["why"]))


def _print_rest(count: int) -> None:
    if count > _MOST_SHOWN:
        rest = count - _MOST_SHOWN
        print("  " + say(Text(f"另有 {rest} 行（-o 文件.xlsx）。", f"and {rest} more (-o FILE.xlsx).")))
