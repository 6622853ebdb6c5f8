"""`gridsvc class crosswalk|link|words`: what a class is in other schemes, and in everyday words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import NotFound, Text


def register(app: typer.Typer) -> None:
    """Add the commands to `class`."""
    for command in (crosswalk, link, words):
        app.command()(command)


def unknown_scheme(scheme: str) -> NotFound:
    """Return what is said of a scheme that has no classes."""
    return NotFound(
        "unknown_scheme",
        Text(f"方案 {scheme} 没有类别", f"scheme {scheme} has no classes"),
        remedy=Text(
            "gridsvc class list 列出全部类别和方案", "`gridsvc class list` has all classes and schemes"
        ),
    )


def crosswalk(
    code: Annotated[
        str | None, typer.Argument(help="Code of the class; without it every class of the scheme.")
    ] = None,
    scheme: Annotated[str, typer.Option(help="The scheme of the code.")] = "gbt30428.2-2013",
    to: Annotated[str | None, typer.Option(help="Only this other scheme.")] = None,
    kind: Annotated[Literal["component", "event"] | None, typer.Option(help="component or event.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a class is in the other schemes, and how sure that is."""
    from gridsvc.catalog import CONFIDENCE_MARKS, RELATIONS, load_classes, load_links

    with transaction() as connection:
        for asked in (scheme, to):
            if asked is not None and not load_classes(connection, asked):
                raise unknown_scheme(asked)
        found = load_links(connection, scheme, to, kind=kind, code=code)
    if code is not None and not found:
        raise NotFound(
            "no_crosswalk",
            Text(f"{scheme} {code} 没有对照", f"{scheme} {code} has not been compared with any other scheme"),
            remedy=Text("可用 gridsvc class link 载入对照表", "load a crosswalk with gridsvc class link"),
        )
    if as_json:
        print_json([each.as_dict() for each in found])
        return
    for each in found:
        mark = CONFIDENCE_MARKS[each.confidence]
        print(
            "\t".join(
                (
                    each.kind,
                    f"{each.from_code} {each.from_name}",
                    each.to_scheme,
                    f"{each.to_code} {each.to_name}" if each.to_code else "—",
                    say(RELATIONS[each.relation]) + (f" [{say(mark)}]" if mark.zh else ""),
                    each.note or "",
                )
            ).rstrip()
        )


def link(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV or XLSX: from_scheme, kind, from_code, to_scheme, to_code, relation (same, renamed,"
            " narrower, broader, dropped)."
        ),
    ],
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load a crosswalk between schemes; one direction is given, both are stored."""
    from gridsvc.catalog import import_crosswalk

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("lines", 0) if as_json else None
    ) as (connection, reject):
        done = import_crosswalk(connection, file, skip_invalid=skip_invalid is not None)
        reject(done.refused)
    if as_json:
        print_json(
            {
                "lines": done.lines,
                "linked": done.linked,
                "refused": [fault.as_dict() for fault in done.refused],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"对照 {done.lines} 行，{done.linked} 个类别的对照有变，拒绝 {len(done.refused)} 处",
                f"{done.lines} lines; the links of {done.linked} classes changed; {len(done.refused)} cells"
                " refused",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults(done.refused)


def words(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX: scheme, kind, code, word.")],
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Add everyday words that people use for classes."""
    from gridsvc.catalog import import_words

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("added", 0) if as_json else None
    ) as (connection, reject):
        done = import_words(connection, file, skip_invalid=skip_invalid is not None)
        reject(done.refused)
    if as_json:
        print_json(
            {
                "added": done.added,
                "unchanged": done.unchanged,
                "refused": [fault.as_dict() for fault in done.refused],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"新增 {done.added} 个词，未变 {done.unchanged}，拒绝 {len(done.refused)} 处",
                f"{done.added} words added, {done.unchanged} unchanged, {len(done.refused)} cells refused",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults(done.refused)
