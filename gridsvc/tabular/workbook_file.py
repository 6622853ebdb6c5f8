"""Writing XLSX workbooks: texts that stay texts, and the same bytes for the same content."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridsvc.errors import InputRefused, Place, Text, WrongUsage

if TYPE_CHECKING:
    from openpyxl import Workbook

FIXED_TIME = (2026, 1, 1, 0, 0, 0)
"""The time that every part of a workbook bears: its content tells two apart, not when it was written."""

# ISO/IEC 29500-1, 22.9.2.19 (ST_Xstring): a character that XML cannot hold, or would change, is _xHHHH_.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """Return a text as a cell of a workbook holds it: a carriage return is _x000D_."""
    return _NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text that a cell means; Excel writes a carriage return as _x000D_, and openpyxl keeps that.

    An escape that means a lone surrogate is left as it is: it is no text.
    """
    if "_x" not in text:
        return text
    return _ESCAPE.sub(
        lambda match: match[0] if 0xD800 <= int(match[1], 16) <= 0xDFFF else chr(int(match[1], 16)), text
    )


def put_text(cell: Any, text: str | None) -> None:
    """Put a text into an openpyxl cell as text, whatever it begins with: =1+1 is no formula, #REF! no error.

    The cell's format is text, so that Excel does not make a formula or a number of it when it is edited.
    """
    cell.number_format = "@"
    if text is None or text == "":
        return
    cell.value = escaped(text)
    cell.data_type = "s"


def save_workbook(book: Workbook, path: Path, *, overwrite: bool = False) -> None:
    """Write a workbook whole or not at all, with FIXED_TIME in its parts and its properties.

    Raises WrongUsage (unknown_format), InputRefused (file_exists, file_not_written).
    """
    if path.suffix.lower() != ".xlsx":
        raise WrongUsage(
            "unknown_format",
            Text(f"不支持写入“{path.suffix}”格式。", f"The format {path.suffix!r} cannot be written."),
            remedy=Text("可用的后缀：.xlsx。", "Use the suffix .xlsx."),
        )
    if path.exists() and not overwrite:
        raise InputRefused(
            "file_exists",
            Text(f"{path} 已存在，未写入。", f"{path} exists; nothing was written."),
            remedy=Text("换一个文件名，或用 --overwrite 覆盖。", "Name another file, or add --overwrite."),
            place=Place(file=path.name),
        )
    raw = io.BytesIO()
    book.save(raw)
    part = path.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with part.open("xb") as file:
            file.write(_with_fixed_time(raw))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputRefused(
            "file_not_written",
            Text(f"无法写入 {path}：{error.strerror}。", f"{path} cannot be written: {error.strerror}."),
            place=Place(file=str(path)),
            remedy=Text("请指定可写文件夹中的文件名。", "Name a file in a folder that can be written."),
        ) from error


def _with_fixed_time(raw: io.BytesIO) -> bytes:
    stamp = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*FIXED_TIME)
    result = io.BytesIO()
    with zipfile.ZipFile(raw) as given, zipfile.ZipFile(result, "w") as written:
        for name in given.namelist():
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", stamp.encode(), content)
            part = zipfile.ZipInfo(name, FIXED_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            written.writestr(part, content)
    return result.getvalue()
