"""The class cells of a form's rows: where a class starts, its code, its name, what a blank cell means."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

from gridsvc.catalog import CODE_DIGITS
from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass
from gridsvc.handling.forms import FormRow, FormSheet


class ClassReader:
    """Reads the class cells down one sheet; `current` is the class that the last row belongs to, if any."""

    def __init__(
        self,
        sheet: FormSheet,
        scheme: str | None,
        classes: MutableMapping[tuple[str, str], DraftClass],
        refused: list[Fault],
        doubtful: list[Fault],
    ) -> None:
        self.classes, self.refused, self.doubtful = classes, refused, doubtful
        written = [
            cell.text.strip()
            for row in sheet.rows
            if (cell := row.own("minor_code")) is not None and not cell.number and cell.text.strip().isdigit()
        ]
        short = [len(code) for code in written if len(code) <= 3]
        self.minor_digits = (
            max(short) if short and max(short) > 1 else CODE_DIGITS.get(scheme or "", (2, 2))[1]
        )
        self.major_code = self.major_name = ""
        self.current: DraftClass | None = None

    def starts(self, row: FormRow) -> bool:
        """Take over the class cells of a row; return whether a class starts here."""
        if row.own("major_code") is not None:
            major = self._code(row, "major_code", 2)
            if major != self.major_code:
                self.major_code, self.major_name = major, ""
        if row.own("major_name") is not None:
            self.major_name = self._name(row, "major_name")
        code_here, name_here = row.own("minor_code") is not None, row.own("minor_name") is not None
        if not code_here and not name_here:
            return False
        name = self._name(row, "minor_name")
        minor = self._code(row, "minor_code", self.minor_digits)
        above = self.current
        if above is not None and (
            (not code_here and name == above.name) or (not name_here and above.code.endswith(minor))
        ):
            return False
        self.current = None
        if not minor or not name:
            column, zh, en = ("minor_code", "代码", "code") if not minor else ("minor_name", "名称", "name")
            self.refused.append(row.fault(f"missing_{en}", column, f"类别没有{zh}", f"the class has no {en}"))
            return True
        whole = len(minor) >= len(self.major_code) + 2 and minor.startswith(self.major_code or minor[:2])
        code = minor if whole else self.major_code + minor
        if above is not None and (code, name) == (above.code, above.name):
            self.current = above  # a table that repeats the class in every row
            return False
        if not self.major_code and not whole:
            self.refused.append(
                row.fault("missing_major", "major_code", "没有大类代码", "there is no major code")
            )
        elif not re.fullmatch(r"[0-9A-Za-z]{1,16}", code):
            self.refused.append(
                row.fault("bad_code", "minor_code", "代码只能是数字或字母", "a code is digits or letters")
            )
        else:
            self.current = self._opened(row, code, name)
        return True

    def _opened(self, row: FormRow, code: str, name: str) -> DraftClass | None:
        before = self.classes.get((row.kind, code))
        if before is None:
            made = DraftClass(row, row.kind, code, name, self.major_code or code[:2], self.major_name)
            read = {
                "major_code": made.major_code,
                "major_name": made.major_name,
                "minor_code": code,
                "minor_name": name,
            }
            made.cells = {field: row.text(field) or value for field, value in read.items()}
            self.classes[row.kind, code] = made
            return made
        if before.name != name:
            self.refused.append(
                row.fault(
                    "duplicate_code",
                    "minor_code",
                    f"代码 {code} 已用于第 {before.row.row} 行的“{before.name}”",
                    f"code {code} is that of “{before.name}” in row {before.row.row}",
                )
            )
            return None
        self.doubtful.append(
            row.fault(
                "class_in_two_places",
                "minor_code",
                f"同一小类在第 {before.row.row} 行已出现，条款接在其后",
                f"the class stands already in row {before.row.row}; the clauses were added to it",
            )
        )
        return before

    def _code(self, row: FormRow, name: str, digits: int) -> str:
        text = row.text(name)
        cell = row.own(name)
        if cell is not None and text.isdigit() and (cell.number or len(text) < 2):
            # A whole code that lost its zero: 101 below major 01.
            if len(text) > digits:
                digits = len(text) + len(text) % 2
            padded = text.zfill(digits)
            self.doubtful.append(
                row.fault(
                    "code_as_number",
                    name,
                    f"代码是数字而不是文本，按 {padded} 读",
                    f"the code is a number, not text; read as {padded}",
                    Text("把列设为文本格式", "keep the column as text"),
                )
            )
            return padded
        return text

    def _name(self, row: FormRow, name: str) -> str:
        text = row.text(name)
        if re.search(r"[\r\n]", text):
            self.doubtful.append(
                row.fault(
                    "name_line_break",
                    name,
                    "名称中有换行，已去掉",
                    "there is a line break in the name; it was taken out",
                )
            )
            text = re.sub(r"\s*[\r\n]+\s*", "", text)
        return text
