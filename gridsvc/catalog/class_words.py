"""What people call a class: everyday words, and classes that are taken for one another."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.catalog.classes import load_classes
from gridsvc.catalog.records import Record, cell_faults, read_records
from gridsvc.catalog.schemes import checked_scheme
from gridsvc.catalog.tables import class_word
from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.postgres import announce_change
from gridsvc.settings import shipped

WORD_HEADERS: Mapping[str, Sequence[str]] = {
    "scheme": ("scheme", "方案"),
    "kind": ("kind", "类型", "部件/事件"),
    "code": ("code", "代码", "类别代码"),
    "name": ("name", "名称", "类别名称"),
    "word": ("word", "俗称", "常用词", "别名"),
    "source": ("source", "来源", "依据"),
}
_LONGEST = {"word": 100, "source": 500}

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class WordImport:
    """What an import of words did."""

    added: int
    unchanged: int
    refused: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells a class from those that it is taken for (group: all of them)."""

    group: str
    difference: Text


def import_words(connection: Connection, path: Path, *, skip_invalid: bool = False) -> WordImport:
    """Add everyday words to classes from a CSV or XLSX file with scheme, kind, code and word.

    A word that a class has already stays as it is; one word may mean several classes. Raises InputRefused
    (words_refused).
    """
    records = read_records(path, WORD_HEADERS, columns={}, needed=(("scheme", "kind", "code", "word"),))
    known = {(each.scheme, each.kind, each.code) for each in load_classes(connection)}
    refused: list[Fault] = []
    rows: dict[tuple[Key, str], str] = {}
    for record in records:
        faults = cell_faults(record, _LONGEST)
        row = None if faults else _row(record, known, faults)
        refused.extend(faults)
        if row is not None and not faults:
            rows.setdefault(row, record.text("source") or record.file)
    if refused and not skip_invalid:
        raise InputRefused(
            "words_refused",
            Text(
                f"{path.name}：{len(refused)} 处不能接受，数据库未改动",
                f"{path.name}: {len(refused)} cells cannot be taken; the database is unchanged",
            ),
            faults=refused,
        )
    added = store_words(connection, [(*key, word, source) for (key, word), source in rows.items()])
    return WordImport(added, len(rows) - added, tuple(refused))


def store_words(connection: Connection, rows: Sequence[tuple[str, str, str, str, str]]) -> int:
    """Add (scheme, kind, code, word, source); return how many were new."""
    if not rows:
        return 0
    names = ("scheme", "kind", "code", "word", "source")
    done = connection.execute(
        insert(class_word).on_conflict_do_nothing().returning(class_word.c.word),
        [dict(zip(names, row, strict=True)) for row in rows],
    )
    added = len(done.all())
    if added:
        announce_change(connection, "classes")
    return added


def load_words(connection: Connection) -> dict[Key, tuple[str, ...]]:
    """Return the everyday words of every class that has any."""
    found: dict[Key, list[str]] = {}
    for row in connection.execute(
        select(class_word).order_by(
            class_word.c.scheme, class_word.c.kind, class_word.c.code, class_word.c.word
        )
    ):
        found.setdefault((row.scheme, row.kind, row.code), []).append(row.word)
    return {key: tuple(words) for key, words in found.items()}


@lru_cache(maxsize=1)
def differences() -> Mapping[Key, tuple[Difference, ...]]:
    """Return, of the shipped classes that are easily taken for one another, what tells them apart."""
    found: dict[Key, list[Difference]] = {}
    for row in shipped_rows("confusable.csv"):
        key = (row["scheme"], row["kind"], row["code"])
        told = Text(row["difference_zh"], row["difference_en"])
        found.setdefault(key, []).append(Difference(row["group"], told))
    return {key: tuple(those) for key, those in found.items()}


def shipped_rows(name: str) -> Iterable[dict[str, str]]:
    """Return the rows of a table of `geodata/classes`."""
    with (shipped("geodata") / "classes" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(record: Record, known: set[Key], faults: list[Fault]) -> tuple[Key, str] | None:
    key = (checked_scheme(record.text("scheme")), record.text("kind"), record.text("code"))
    word = record.text("word")
    if key not in known:
        faults.append(
            Fault(
                "unknown_class",
                Text(f"没有类别 {' '.join(key)}", f"there is no class {' '.join(key)}"),
                record.place("code"),
            )
        )
    if not word:
        faults.append(Fault("missing_word", Text("没有词", "there is no word"), record.place("word")))
    return (key, word)
