"""The formats that are read, and how one is told from the others."""

from __future__ import annotations

from pathlib import Path

from gridsvc.errors import InputRefused, NotFound, Place, Text
from gridsvc.patrol.published.carp import CARP
from gridsvc.patrol.published.chao import CHAO
from gridsvc.patrol.published.instance import Answer, Format
from gridsvc.patrol.published.vrplib import SOLOMON, VRPLIB
from gridsvc.patrol.routing.problem import Effort

FORMATS: tuple[Format, ...] = (CHAO, CARP, VRPLIB, SOLOMON)
"""In the order in which they are tried."""
MOST_BYTES = 20_000_000


def solve_file(path: Path, effort: Effort) -> Answer:
    """Read the instance in `path` and solve it; NotFound or InputRefused where that cannot be."""
    text = _text(path)
    form = format_of(text, path.name)
    return form.solve(form.read(text, path.name), effort)


def format_of(text: str, file: str) -> Format:
    """Return the format that the text is in; InputRefused where it is in none."""
    if not text.strip():
        raise InputRefused(
            "instance_empty", Text("文件是空的。", "The file is empty."), place=Place(file=file, row=1)
        )
    for each in FORMATS:
        if each.sniff(text):
            return each
    known_zh, known = "、".join(each.name.zh for each in FORMATS), ", ".join(each.name.en for each in FORMATS)
    raise InputRefused(
        "instance_format",
        Text("不是已知的算例格式。", "This is no instance in a known format."),
        place=Place(file=file, row=1, value=text.strip().splitlines()[0][:80]),
        remedy=Text(f"可读的格式：{known_zh}。", f"Formats that are read: {known}."),
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputRefused(
                "instance_too_large",
                Text("文件超过 20 MB，不是路径算例。", "The file is over 20 MB: no routing instance."),
                place=Place(file=path.name),
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFound(
            "instance_not_found",
            Text("没有这个文件。", "There is no such file."),
            place=Place(file=str(path)),
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            "instance_unreadable",
            Text("文件无法读作文本。", "The file cannot be read as text."),
            place=Place(file=str(path), value=str(error)),
        ) from None
