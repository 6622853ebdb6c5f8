"""A row of a class list as a class: its kind, its code put together, its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gridsvc.catalog.classes import KINDS, Class
from gridsvc.catalog.records import Record
from gridsvc.catalog.schemes import CODE_DIGITS, schemes_with_length
from gridsvc.errors import Fault, Text

CLASS_HEADERS: Mapping[str, Sequence[str]] = {
    "kind": ("kind", "类型", "类别类型", "部件事件", "部件/事件", "部事件类型"),
    "code": ("code", "class_code", "代码", "编码", "类别代码", "类别编码", "分类代码", "标识码"),
    "major_code": ("major_code", "大类代码", "大类编码", "大类编号"),
    "minor_code": ("minor_code", "小类代码", "小类编码", "小类编号"),
    "name": ("name", "minor_name", "minor_name_zh", "name_zh", "小类名称", "名称", "类别名称", "小类"),
    "name_en": ("name_en", "minor_name_en", "english", "英文名称", "英文"),
    "major_name": ("major_name", "major_name_zh", "大类名称", "大类"),
    "source": ("source", "来源", "出处", "依据"),
    "confidence": ("confidence", "可信度", "置信度", "可靠程度"),
}
_KIND_WORDS = {
    "component": "component",
    "components": "component",
    "部件": "component",
    "管理部件": "component",
    "event": "event",
    "events": "event",
    "matter": "event",
    "matters": "event",
    "事件": "event",
    "事项": "event",
    "管理事项": "event",
}
_CONFIDENCE_WORDS = {
    "found": "found",
    "inferred": "inferred",
    "remembered": "remembered",
    "local": "local",
    "有据": "found",
    "推断": "inferred",
    "记忆": "remembered",
    "自定义": "local",
}
LONGEST = {"source": 500, "name_en": 300}


class Codes:
    """Puts major and minor code together as this file writes them."""

    def __init__(self, scheme: str, records: Sequence[Record]) -> None:
        pairs = [(r.text("major_code"), r.text("minor_code")) for r in records]
        self.scheme = scheme
        self.split = any(major and minor for major, minor in pairs)
        # A minor code column may hold whole codes: 0101 below major 01.
        self.whole = self.split and all(
            minor.startswith(major) and len(minor) >= len(major) + 2
            for major, minor in pairs
            if major and minor
        )
        lengths = [len(minor) for _, minor in pairs if minor.isdigit()]
        self.minor_digits = CODE_DIGITS.get(scheme, (2, max(lengths, default=2)))[1]
        whole = [len(r.text("code")) for r in records if r.text("code").isdigit()]
        self.digits = sum(CODE_DIGITS[scheme]) if scheme in CODE_DIGITS else max(whole, default=4)

    def of(self, record: Record, refused: list[Fault], doubtful: list[Fault]) -> tuple[str, str]:
        """Return (code, major code); "" after a refusal."""
        code, major, minor = (record.text(name) for name in ("code", "major_code", "minor_code"))
        joined = ""
        if major and minor and not self.whole:
            joined = self._padded(record, "major_code", 2, doubtful) + self._padded(
                record, "minor_code", self.minor_digits, doubtful
            )
        elif self.whole:
            joined = minor
        if code:
            code = self._padded(record, "code", self.digits, doubtful)
            if joined and joined != code:
                refused.append(
                    Fault(
                        "code_mismatch",
                        Text(
                            f"代码不等于大类代码加小类代码 {joined}",
                            f"the code is not major and minor together, {joined}",
                        ),
                        record.place("code"),
                    )
                )
                return "", ""
        code = code or joined
        field = "code" if record.text("code") else "minor_code"
        if not code:
            missing = "code" if "code" in record.headers else ("major_code" if minor else "minor_code")
            refused.append(Fault("missing_code", Text("没有代码", "there is no code"), record.place(missing)))
            return "", ""
        if not re.fullmatch(r"[0-9A-Za-z]{1,16}", code):
            refused.append(
                Fault(
                    "bad_code",
                    Text("代码只能是 1 至 16 位数字或字母", "a code is 1 to 16 digits or letters"),
                    record.place(field),
                )
            )
            return "", ""
        digits = CODE_DIGITS.get(self.scheme)
        if digits and len(code) != sum(digits):
            refused.append(_other_scheme(record, field, code, self.scheme))
            return "", ""
        return code, major if major and not record.cells["major_code"].number else code[:2]

    def _padded(self, record: Record, field: str, digits: int, doubtful: list[Fault]) -> str:
        # Excel eats leading zeros; a text of another length may be a code of another scheme and stays.
        value = record.text(field)
        cell = record.cells[field]
        lost = cell.number or len(value) == (digits - 1 if field == "code" else 1)
        if value.isdigit() and len(value) < digits and lost:
            doubtful.append(
                Fault(
                    "code_as_number",
                    Text(
                        f"代码缺前导零，按 {value.zfill(digits)} 读",
                        f"leading zeros are lost; read as {value.zfill(digits)}",
                    ),
                    record.place(field),
                    Text("把列设为文本格式", "keep the column as text"),
                )
            )
            return value.zfill(digits)
        return value


def _other_scheme(record: Record, field: str, code: str, scheme: str) -> Fault:
    fitting = schemes_with_length(len(code), scheme)
    zh = f"代码“{code}”有 {len(code)} 位，{scheme} 是 {sum(CODE_DIGITS[scheme])} 位：这是另一方案的类别"
    en = (
        f"“{code}” has {len(code)} digits, {scheme} has {sum(CODE_DIGITS[scheme])}: a class of another scheme"
    )
    if fitting:
        zh, en = f"{zh}（{'、'.join(fitting)}）", f"{en} ({', '.join(fitting)})"
    return Fault(
        "other_scheme",
        Text(zh, en),
        record.place(field),
        Text(
            "改用 --scheme，或用 --only 只取一个方案的行",
            "change --scheme, or take one scheme's rows by --only",
        ),
    )


def class_of(
    record: Record, scheme: str, codes: Codes, refused: list[Fault], doubtful: list[Fault]
) -> Class | None:
    """Return the class that a row gives, or None after adding to `refused` what is wrong with it."""
    kind = _KIND_WORDS.get(record.text("kind").casefold())
    if kind is None and not record.text("kind"):
        kind = kind_of_sheet(record.sheet)
    if kind is None:
        refused.append(
            Fault(
                "unknown_kind",
                Text("类型应为 部件 或 事件", "the kind should be component or event"),
                record.place("kind"),
            )
        )
    code, major = codes.of(record, refused, doubtful)
    name = record.text("name")
    if not name:
        refused.append(Fault("missing_name", Text("没有名称", "there is no name"), record.place("name")))
    elif re.search(r"[\r\n]", name):
        doubtful.append(
            Fault(
                "name_line_break",
                Text("名称中有换行，已去掉", "there is a line break in the name; it was taken out"),
                record.place("name"),
            )
        )
        name = re.sub(r"\s*[\r\n]+\s*", "", name)
    word = record.text("confidence").casefold()
    confidence = _CONFIDENCE_WORDS.get(word, "found" if not word else "")
    if not confidence:
        refused.append(
            Fault(
                "unknown_confidence",
                Text(
                    "可信度应为 found、inferred、remembered 或 local",
                    "confidence should be found, inferred, remembered or local",
                ),
                record.place("confidence"),
            )
        )
    if kind is None or not code or not name or not confidence:
        return None
    return Class(
        scheme=scheme,
        kind=kind,
        code=code,
        name=name,
        name_en=record.text("name_en") or None,
        major_code=major,
        major_name=re.sub(r"\s*[\r\n]+\s*", "", record.text("major_name")) or major,
        source=record.text("source") or record.file,
        confidence=confidence,
    )


def kind_of_sheet(name: str | None) -> str | None:
    """Return the kind that a sheet's name tells (部件 or 事件/事项, component or event), or None."""
    words = (name or "").casefold()
    found = {
        kind
        for kind, marks in zip(KINDS, (("部件", "component"), ("事件", "事项", "event")), strict=True)
        if any(mark in words for mark in marks)
    }
    return found.pop() if len(found) == 1 else None
