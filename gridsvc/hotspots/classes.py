"""Which classes the words of a question mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gridsvc.catalog import Class, find_classes, load_classes
from gridsvc.errors import Fault, InputRefused, Place, Text

_KINDS = {"component": Text("部件", "component"), "event": Text("事件", "event")}
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class CountedClass:
    """A class whose reports are counted; without scheme and kind: a sender's own words, in no catalogue."""

    scheme: str | None
    kind: str | None
    code: str
    name: Text

    def as_dict(self) -> dict[str, str | None]:
        """Return the class as plain values, for JSON."""
        return {"scheme": self.scheme, "kind": self.kind, "code": self.code, "name": self.name.zh}


def choose_classes(
    connection: Connection, words: Sequence[str], scheme: str | None, kind: str | None, at: datetime
) -> tuple[CountedClass, ...]:
    """Return the class that each word (a code or an exact name) means, each class once.

    Where scheme or kind leave a choice, a class of the handling specification in force at `at` is meant. A
    word that is no class, but that senders wrote on reports which could not be classified, means those.

    Raises
    ------
    InputRefused
        With a fault for each word that is an `unknown_class` or an `ambiguous_class`.
    """
    known = load_classes(connection)
    in_force = _in_force(connection, at)
    chosen: dict[CountedClass, None] = {}
    faults = []
    for word in words:
        found = _meant(connection, word, scheme, kind, known, in_force)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            chosen[found] = None
    if faults:
        raise InputRefused(faults[0].code, faults[0].message, remedy=faults[0].remedy, faults=faults[1:])
    return tuple(chosen)


def _meant(
    connection: Connection,
    word: str,
    scheme: str | None,
    kind: str | None,
    known: Sequence[Class],
    in_force: set[tuple[str, str, str]],
) -> CountedClass | Fault:
    wanted = unicodedata.normalize("NFKC", word).strip()
    of_word = [row for row in known if wanted in (row.code, row.name)]
    fitting = [row for row in of_word if scheme in (None, row.scheme) and kind in (None, row.kind)]
    meant = [row for row in fitting if (row.scheme, row.kind, row.code) in in_force] or fitting
    if len(meant) == 1:
        row = meant[0]
        return CountedClass(row.scheme, row.kind, row.code, Text(row.name, row.name_en or row.name))
    place = Place(column="class", value=word)
    if meant:
        return Fault(
            "ambiguous_class",
            Text(
                f"类别 {word} 有多种含义：{_listed(meant, 'zh')}。",
                f"the class {word} may mean: {_listed(meant, 'en')}.",
            ),
            place,
            Text("请用 --scheme、--kind 指明。", "Say which with --scheme and --kind."),
        )
    if scheme is None and kind is None and _sent(connection, word):
        return CountedClass(None, None, word, Text(word, word))
    asked = " ".join(part for part in (scheme, kind) if part)
    if of_word:
        return Fault(
            "unknown_class",
            Text(
                f"{asked} 中没有类别 {word}；它在：{_listed(of_word, 'zh')}。",
                f"{asked} has no class {word}; it exists as: {_listed(of_word, 'en')}.",
            ),
            place,
            Text("请核对 --scheme 与 --kind。", "Check --scheme and --kind."),
        )
    near = find_classes(connection, wanted, scheme)
    if near:
        return Fault(
            "unknown_class",
            Text(
                f"没有类别 {word}；相近的有：{_listed(near, 'zh')}。",
                f"there is no class {word}; similar: {_listed(near, 'en')}.",
            ),
            place,
            Text("请写小类代码或全名。", "Give the code of a minor class, or its whole name."),
        )
    return Fault(
        "unknown_class",
        Text(f"没有类别 {word}。", f"there is no class {word}."),
        place,
        Text("可用 gridsvc class find 查找。", "Look it up with gridsvc class find."),
    )


def _listed(rows: Sequence[Class], language: str) -> str:
    shown = [
        f"{row.scheme} {_KINDS[row.kind].in_language(language)} {row.code} {row.name}"
        for row in rows[:_SHOWN]
    ]
    return ("、" if language == "zh" else "; ").join(shown) + ("…" if len(rows) > _SHOWN else "")


def _in_force(connection: Connection, at: datetime) -> set[tuple[str, str, str]]:
    rows = connection.execute(
        text(
            "SELECT DISTINCT c.scheme, c.kind, c.class_code"
            " FROM clause c JOIN specification_edition e ON e.id = c.edition_id"
            " WHERE e.withdrawn_at IS NULL AND (e.effective_from IS NULL OR e.effective_from <= :at)"
        ),
        {"at": at},
    )
    return {(row.scheme, row.kind, row.class_code) for row in rows}


def _sent(connection: Connection, word: str) -> bool:
    found = connection.execute(
        text("SELECT 1 FROM report WHERE kind IS NULL AND class_code = :word LIMIT 1"), {"word": word}
    )
    return found.first() is not None
