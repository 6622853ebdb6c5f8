"""`gridsvc check`: is everything there that the service needs, and if not, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import Settings, get_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gridsvc.postgres.checkup import Finding

_MARKS = {
    "ok": Text("正常", "ok"),
    "warning": Text("注意", "warning"),
    "failed": Text("故障", "FAILED"),
}


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(check)


def check(as_json: AsJson = False) -> None:
    """Look everything over and say how to mend what is wrong; exit status 3 when something fails."""
    settings = get_settings()
    findings = []
    for finding in _findings(settings):
        findings.append(finding)
        if not as_json:
            _print(finding)
    failed = any(finding.state == "failed" for finding in findings)
    if as_json:
        print_json({"ok": not failed, "checks": [_plain(finding) for finding in findings]})
    if failed:
        raise typer.Exit(3)


def _print(finding: Finding) -> None:
    print(f"[{say(_MARKS[finding.state])}] {say(finding.name)}: {say(finding.detail)}")
    if finding.fix is not None:
        for line in say(finding.fix).splitlines():
            print(f"    → {line}")


def _plain(finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "name": finding.name.zh,
        "name_en": finding.name.en,
        "state": finding.state,
        "detail": finding.detail.zh,
        "detail_en": finding.detail.en,
        "fix": fix.zh if fix else None,
        "fix_en": fix.en if fix else None,
    }


def _findings(settings: Settings) -> Iterator[Finding]:
    from gridsvc.postgres.checkup import check_machine, check_server

    yield from check_machine(settings)
    yield _assets()
    yield _calendar(settings, datetime.now(settings.zone).year)
    found, engine = check_server(settings)
    yield from found
    if engine is not None:
        with engine.connect() as connection:
            yield from _content(connection)
        engine.dispose()


def _assets() -> Finding:
    from gridsvc.assets import FOLDER
    from gridsvc.assets.paths import STAMP
    from gridsvc.postgres.checkup import FAILED, OK, Finding

    name = Text("页面资源", "assets of the pages")
    if (FOLDER / STAMP).is_file():
        return Finding(name, OK, Text(str(FOLDER), str(FOLDER)))
    return Finding(
        name,
        FAILED,
        Text("缺少脚本、样式和字体", "scripts, styles and the font are missing"),
        Text(
            "请运行 make install，或 python -m gridsvc.assets.build。",
            "Run `make install`, or `python -m gridsvc.assets.build`.",
        ),
    )


def _calendar(settings: Settings, year: int) -> Finding:
    from gridsvc.handling.calendar import WorkingCalendar
    from gridsvc.postgres.checkup import OK, WARNING, Finding

    name = Text("工作日历", "working calendar")
    calendar = WorkingCalendar.of(settings.calendar, settings.working_hours, settings.zone)
    missing = [str(each) for each in (year, year + 1) if each not in calendar.published_years]
    if not missing:
        known = Text(f"{year}、{year + 1} 年已公布", f"{year} and {year + 1} are published")
        return Finding(name, OK, known)
    listed = "、".join(missing)
    return Finding(
        name,
        WARNING,
        Text(
            f"没有 {listed} 年的放假安排，按周一至周五推算，截止时间标为暂定",
            f"no holidays known for {', '.join(missing)}: Monday to Friday is assumed, and the deadlines are"
            " marked provisional",
        ),
        Text(
            "国务院公布后升级： pip install --upgrade chinesecalendar",
            "Once the State Council has announced them:  pip install --upgrade chinesecalendar",
        ),
    )


def _content(connection: Connection) -> Iterator[Finding]:
    """Look whether there is something to answer from: cells, classes, a specification, units."""
    yield _in_force(
        connection,
        Text("单元网格", "cells"),
        "SELECT count(*) FROM area a JOIN area_edition e ON e.id = a.edition_id"
        " WHERE e.level = 'cell' AND e.withdrawn_at IS NULL"
        " AND coalesce(e.effective_from, '-infinity') <= now()",
        Text(
            "gridsvc area import FILE --level cell --code COLUMN",
            "gridsvc area import FILE --level cell --code COLUMN",
        ),
    )
    yield _in_force(
        connection,
        Text("部件和事件类别", "classes"),
        'SELECT count(*) FROM "class"',
        Text(
            "gridsvc class import FILE --scheme gbt30428.2-2013", "gridsvc class import FILE --scheme SCHEME"
        ),
    )
    yield _in_force(
        connection,
        Text("责任单位", "units"),
        "SELECT count(*) FROM unit",
        Text("gridsvc unit import FILE", "gridsvc unit import FILE"),
    )
    yield _in_force(
        connection,
        Text("处置规范条款", "clauses"),
        "SELECT count(*) FROM clause c JOIN specification_edition e ON e.id = c.edition_id"
        " WHERE e.withdrawn_at IS NULL AND coalesce(e.effective_from, '-infinity') <= now()",
        Text("gridsvc spec import FILE.xlsx", "gridsvc spec import FILE.xlsx"),
    )
    yield from _street_offices(connection)


def _in_force(connection: Connection, name: Text, query: str, fix: Text) -> Finding:
    from sqlalchemy import text

    from gridsvc.postgres.checkup import OK, WARNING, Finding

    count = connection.scalar(text(query)) or 0
    if count:
        return Finding(name, OK, Text(f"现行 {count} 个", f"{count} in force"))
    return Finding(name, WARNING, Text("没有现行的数据", "none in force"), fix)


def _street_offices(connection: Connection) -> Iterator[Finding]:
    """A clause that names 所属街办 has no answer in a street whose office is not among the units."""
    from sqlalchemy import text

    from gridsvc.postgres.checkup import OK, WARNING, Finding

    name = Text("街道办事处", "street offices")
    streets = connection.execute(
        text(
            "SELECT DISTINCT a.name,"
            " EXISTS (SELECT FROM unit u WHERE u.kind = 'street_office' AND u.area_code = a.code)"
            " FROM area a JOIN area_edition e ON e.id = a.edition_id"
            " WHERE e.level = 'street' AND e.withdrawn_at IS NULL"
            " AND coalesce(e.effective_from, '-infinity') <= now()"
            " ORDER BY a.name"
        )
    ).all()
    if not streets:
        return
    without = [street for street, has_office in streets if not has_office]
    if not without:
        yield Finding(name, OK, Text("每个街道都有单位", "every street has one"))
        return
    listed = "、".join(without[:10])
    yield Finding(
        name,
        WARNING,
        Text(f"{len(without)} 个街道没有街道办事处：{listed}", f"{len(without)} streets have none: {listed}"),
        Text(
            "请在单位表中补上 kind 为 street_office、area_code 为街道代码的行，再运行 gridsvc unit import。",
            "Add rows with kind street_office and the street's code as area_code, then run"
            " `gridsvc unit import`.",
        ),
    )
