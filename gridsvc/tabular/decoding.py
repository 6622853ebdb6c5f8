"""Bytes of a text table to text: which encoding, which delimiter."""

from __future__ import annotations

import re

from gridsvc.errors import InputRefused, Place, Text

_QUOTED = re.compile(r'"[^"]*"')


def decoded(content: bytes, file: str, *, with_nul: bool = False) -> str:
    """Return the text of a table: UTF-8 with or without mark, UTF-16 with mark, or GBK (as GB 18030).

    A NUL means that the file is no text, unless `with_nul` says that the caller names the row itself.

    Raises:
        InputRefused: `bad_encoding`, with the row of the first byte that fits none.
    """
    row = 1
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = () if b"\x00" in content and not with_nul else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            row = content.count(b"\n", 0, error.start) + 1
    raise InputRefused(
        "bad_encoding",
        Text("文字编码既不是 UTF-8 也不是 GBK。", "The text is neither UTF-8 nor GBK."),
        remedy=Text("请用 UTF-8 编码另存。", "Save it again as UTF-8."),
        place=Place(file=file, row=row),
    )


def delimiter_of(text: str, lines: int = 5) -> str:
    """Return the comma, tab or semicolon that cuts the first `lines` alike, outside quotes.

    That is the one by which most of them have as many fields as each other, and of two the one that cuts the
    longest line more often: a cell may hold a list between semicolons, a header does not.
    """
    head = [line for line in _QUOTED.sub("", text[:10_000]).splitlines()[:lines] if line.strip()]
    longest = max(head, key=len, default="")

    def alike(sign: str) -> int:
        counts = [count for line in head if (count := line.count(sign))]
        return max((counts.count(count) for count in counts), default=0)

    return max((",", "\t", ";"), key=lambda sign: (alike(sign), longest.count(sign)))
