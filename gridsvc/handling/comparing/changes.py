"""The kinds of change that a comparison of specifications tells, and one such change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridsvc.errors import Text

CHANGES: Mapping[str, Text] = {
    "declaration_changed": Text("版本声明变更", "declaration of the edition changed"),
    "kind_added": Text("新增部件或事件部分", "kind of class added"),
    "kind_left_out": Text("未含部件或事件部分", "kind of class left out"),
    "class_added": Text("新增小类", "class added"),
    "class_removed": Text("删除小类", "class removed"),
    "clause_added": Text("新增立案条件", "sub-condition added"),
    "clause_removed": Text("删除立案条件", "sub-condition removed"),
    "clause_reworded": Text("立案条件改写", "sub-condition reworded"),
    "clause_renumbered": Text("立案条件改号", "sub-condition renumbered"),
    "limit_longer": Text("时限延长", "limit longer"),
    "limit_shorter": Text("时限缩短", "limit shorter"),
    "limit_counted_otherwise": Text("时限计法改变", "limit counted otherwise"),
    "limit_added": Text("新增时限", "limit added"),
    "limit_removed": Text("取消时限", "limit removed"),
    "limit_reworded": Text("时限写法改变", "limit reworded, of the same length"),
    "grade_limit_changed": Text("分级时限变更", "limit of a grade changed"),
    "stages_changed": Text("处置阶段变更", "stages changed"),
    "season_changed": Text("季节变更", "season changed"),
    "unit_added": Text("新增责任单位", "unit added"),
    "unit_removed": Text("删除责任单位", "unit removed"),
    "unit_role_changed": Text("主办、配合变更", "role of a unit changed"),
    "units_reordered": Text("责任单位顺序变更", "units re-ordered"),
    "units_reworded": Text("责任单位写法改变", "units reworded, the same bodies"),
    "supervising_changed": Text("主管部门变更", "supervising units changed"),
    "closing_changed": Text("结案条件变更", "closing condition changed"),
    "legal_basis_changed": Text("法律依据变更", "legal basis changed"),
    "collection_rule_changed": Text("采集规则变更", "collection rule changed"),
    "other_changed": Text("其他栏目变更", "another column changed"),
    "rule_added": Text("新增规则", "rule added"),
    "rule_removed": Text("删除规则", "rule removed"),
    "rule_renamed": Text("规则改号", "rule renamed"),
    "rule_priority_moved": Text("规则优先级变更", "priority of a rule moved"),
    "rule_scope_changed": Text("规则适用类别变更", "classes of a rule changed"),
    "rule_conditions_changed": Text("规则条件变更", "conditions of a rule changed"),
    "rule_outcome_changed": Text("规则结果变更", "outcome of a rule changed"),
    "rule_units_changed": Text("规则责任单位变更", "bodies of a rule changed"),
    "rule_note_changed": Text("规则说明变更", "note or basis of a rule changed"),
}
"""Every kind of change, in the order in which a summary counts them."""

KIND_WORDS: Mapping[str, Text] = {
    "component": Text("部件", "component"),
    "event": Text("事件", "event"),
}


@dataclass(frozen=True, slots=True, order=True)
class ClassRef:
    """A class by its key; `name` is what the catalogue calls it."""

    scheme: str
    kind: str
    code: str
    name: str

    @property
    def title(self) -> Text:
        """The class as a person names it."""
        words = KIND_WORDS[self.kind]
        return Text(f"{words.zh} {self.code} {self.name}", f"{words.en} {self.code} {self.name}")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `kind` is one of CHANGES.

    `class_` is None for what is of the whole edition or of a rule. `ordinals`: the number of the
    sub-condition before and after, None where there is none. `before`, `after`: the values as a person reads
    them, None for none. `text` says the change in one sentence.
    """

    kind: str
    text: Text
    class_: ClassRef | None = None
    ordinals: tuple[int | None, int | None] = (None, None)
    rule: str | None = None
    before: str | None = None
    after: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        found = self.class_
        return {
            "change": self.kind,
            "scheme": found.scheme if found else None,
            "kind": found.kind if found else None,
            "class": found.code if found else None,
            "class_name": found.name if found else None,
            "ordinal_before": self.ordinals[0],
            "ordinal_after": self.ordinals[1],
            "rule": self.rule,
            "before": self.before,
            "after": self.after,
            "text": self.text.zh,
            "text_en": self.text.en,
        }
