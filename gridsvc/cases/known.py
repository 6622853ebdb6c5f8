"""Which rows of a case file are in the database already, and which only share an id with one that is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from gridsvc.cases.checking import CheckedCases
from gridsvc.cases.reading import CaseTable, shown
from gridsvc.cases.tables import report
from gridsvc.errors import Fault, Place, Text


@dataclass(frozen=True, slots=True)
class KnownRows:
    """Masks of shape (n,): `fresh` are not in the database, `differing` are with other content."""

    fresh: NDArray[np.bool_]
    differing: NDArray[np.bool_]


def digests(table: CaseTable, checked: CheckedCases, datum: str) -> list[str]:
    """Return the SHA-256 of each kept row's normalised fields.

    A time is its instant and a coordinate its number, so the way they are written does not matter; neither
    does the order of columns, nor a column that is empty. What cannot be read counts as it is written.
    """
    keep = checked.keep.tolist()
    fields: dict[str, list[str]] = {}
    for name in sorted(set(table.columns) - {"id"}):
        texts = [table.columns[name][index] for index in keep]
        if name in ("lon", "lat"):
            numbers = (checked.lon if name == "lon" else checked.lat).tolist()
            texts = [
                given if number != number else f"{number!r} {datum}"
                for given, number in zip(texts, numbers, strict=True)
            ]
        elif name in ("opened", "closed", "due"):
            instants: NDArray[np.datetime64] = getattr(checked, name)
            missing, numbers = np.isnat(instants).tolist(), instants.astype(np.int64).tolist()
            texts = [
                given if gone else str(number)
                for given, gone, number in zip(texts, missing, numbers, strict=True)
            ]
        elif name == "kind":
            texts = [known or given for given, known in zip(texts, checked.kind, strict=True)]
        fields[name] = texts
    names = list(fields)
    return [
        hashlib.sha256(
            "\x1e".join(f"{name}\x1f{value}" for name, value in zip(names, row, strict=True) if value).encode(
                "utf-8", "surrogatepass"
            )
        ).hexdigest()
        for row in zip(*fields.values(), strict=True)
    ]


def known_rows(connection: Connection, origin: str, ids: list[str], prints: list[str]) -> KnownRows:
    """Compare ids and digests, shape (n,), with what `origin` has brought before."""
    rows = connection.execute(
        select(report.c.external_id, report.c.fingerprint).where(report.c.origin == origin)
    ).all()
    stored = {row.external_id: row.fingerprint for row in rows}
    n = len(ids)
    fresh = np.fromiter((each not in stored for each in ids), bool, n)
    same = np.fromiter(
        (stored.get(each) in (None, digest) for each, digest in zip(ids, prints, strict=True)), bool, n
    )
    return KnownRows(fresh, ~fresh & ~same)


def differing_faults(table: CaseTable, checked: CheckedCases, known: KnownRows, file: str) -> list[Fault]:
    """Return one fault for each row whose id is stored with other content."""
    column = table.choice.names.get("id")
    return [
        Fault(
            "id_content_differs",
            Text(
                "库中已有这个编号，而内容不同；已入库的上报不会被改写。",
                "This id is stored already, with other content; what is stored is not overwritten.",
            ),
            Place(file, None, table.rows[int(checked.keep[index])], column, shown(checked.ids[index])),
            Text(
                "若来自另一来源，请用 --origin 名称 区分。",
                "If it comes from another source, tell them apart with --origin NAME.",
            ),
        )
        for index in np.flatnonzero(known.differing).tolist()
    ]
