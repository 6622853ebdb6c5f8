"""Which column of a table holds which field: as named by the user, or known by its usual header."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gridsvc.catalog.records import plain_header
from gridsvc.errors import InputRefused, Place, Text, WrongUsage


def named_columns(
    file: str,
    headers: Sequence[str],
    given: Mapping[str, str],
    words: Mapping[str, Sequence[str]],
    *,
    fields: Collection[str] | None = None,
    optional: Collection[str] = (),
) -> dict[str, str]:
    """Return the header of each field of `words` that the table has.

    `given`: headers named by the user; `words`: the usual headers of each field; `fields`: all that may be
    named, those of `words` unless told; `optional`: those of `words` that need not be there.

    Raises
    ------
    WrongUsage
        `unknown_field`.
    InputRefused
        `unknown_column`, `missing_column`.
    """
    plain: dict[str, str] = {}
    for header in headers:
        plain.setdefault(plain_header(header), header)
    listed = Text("现有列：" + "、".join(headers), "Its columns: " + ", ".join(headers))
    known = tuple(words if fields is None else fields)
    for wanted in given:
        if wanted not in known:
            raise WrongUsage(
                "unknown_field",
                Text(f"没有字段“{wanted}”。", f"There is no field {wanted!r}."),
                remedy=Text("可用字段：" + "、".join(known), "Fields: " + ", ".join(known)),
            )
    found: dict[str, str] = {}
    for wanted, usual in words.items():
        if wanted in given:
            column = given[wanted] if given[wanted] in headers else plain.get(plain_header(given[wanted]))
            if column is None:
                raise InputRefused(
                    "unknown_column",
                    Text(f"文件中没有列“{given[wanted]}”。", f"The file has no column {given[wanted]!r}."),
                    place=Place(file=file, column=given[wanted]),
                    remedy=listed,
                )
        else:
            column = next((plain[word] for word in map(plain_header, usual) if word in plain), None)
        if column is not None:
            found[wanted] = column
        elif wanted not in optional:
            raise InputRefused(
                "missing_column",
                Text(f"认不出 {wanted} 所在的列。", f"No column with the {wanted} was found."),
                place=Place(file=file),
                remedy=Text(
                    f"用 --column {wanted}=列名 指明。{listed.zh}",
                    f"Name it by --column {wanted}=NAME. {listed.en}",
                ),
            )
    return found
