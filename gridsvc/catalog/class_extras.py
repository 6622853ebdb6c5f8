"""What ships beside the class lists, joined to classes as soon as a list of them is loaded.

Words and links are only added: what a city has said of a class goes before what ships.
"""

from __future__ import annotations

from sqlalchemy import Connection

from gridsvc.catalog.class_words import shipped_rows, store_words
from gridsvc.catalog.classes import load_classes
from gridsvc.catalog.crosswalk_import import Line, store_lines

_SOURCE = "gridsvc 常用词表 geodata/classes/words.csv"


def add_shipped_extras(connection: Connection) -> None:
    """Give the classes there the shipped words and crosswalks, as far as a class has its shipped name.

    A list of another city that uses a standard's number for something else gets neither. Local extensions
    with a name that has become standard since are linked to the class that they became.
    """
    names = {(each.scheme, each.kind, each.code): each.name for each in load_classes(connection)}
    store_words(
        connection,
        [
            (*key, row["word"], _SOURCE)
            for row in shipped_rows("words.csv")
            if names.get(key := (row["scheme"], row["kind"], row["code"])) == row["name"]
        ],
    )
    lines = []
    for row in shipped_rows("crosswalk.csv"):
        source = (row["from_scheme"], row["kind"], row["from_code"])
        target = (row["to_scheme"], row["kind"], row["to_code"])
        if names.get(source) != row["from_name"] or (row["to_code"] and names.get(target) != row["to_name"]):
            continue
        lines.append(
            Line(
                source,
                row["to_scheme"],
                row["to_code"] or None,
                row["relation"],
                row["confidence"],
                row["note"] or None,
                row["source"],
            )
        )
    store_lines(connection, [*lines, *_became_standard(names)], replace=False)


def _became_standard(names: dict[tuple[str, str, str], str]) -> list[Line]:
    of_scheme: dict[str, set[str]] = {}
    rows = shipped_rows("became_standard.csv")
    for scheme, _kind, code in names:
        of_scheme.setdefault(scheme, set()).add(code)
    lines = []
    for (scheme, kind, code), name in names.items():
        for row in rows:
            target = (row["to_scheme"], kind, row["to_code"])
            if row["to_scheme"] == scheme or (row["kind"], row["local_name"]) != (kind, _bare(name)):
                continue
            if target in names:
                lines.append(
                    Line(
                        (scheme, kind, code),
                        row["to_scheme"],
                        row["to_code"],
                        row["relation"],
                        "inferred",
                        row["note"] or None,
                        row["source"],
                    )
                )
    return lines


def _bare(name: str) -> str:
    return name.removesuffix("（自定义）")
