"""What changed in the clauses of one class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gridsvc.errors import Text
from gridsvc.handling.comparing.bodies import by_key, listed
from gridsvc.handling.comparing.changes import Change, ClassRef
from gridsvc.handling.comparing.limits import limit_change
from gridsvc.handling.comparing.pairing import pair_clauses
from gridsvc.handling.comparing.wording import marked, plain
from gridsvc.handling.limits import Limit
from gridsvc.handling.specifications import Clause, Specification, Stage

_NONE = Text("无", "none")
_TEXTS = (
    ("closing_condition", "closing_changed", Text("结案条件", "closing condition")),
    ("supervising_text", "supervising_changed", Text("主管部门", "supervising units")),
    ("legal_basis", "legal_basis_changed", Text("法律依据", "legal basis")),
    ("collection_rule", "collection_rule_changed", Text("采集规则", "collection rule")),
)


def class_changes(
    found: ClassRef,
    before: tuple[Specification, Sequence[Clause]],
    after: tuple[Specification, Sequence[Clause]],
) -> Iterator[Change]:
    """Return what changed in the clauses of a class that both editions have."""
    pairs = pair_clauses(before[1], after[1])
    both = [(old, new) for old, new in pairs if old is not None and new is not None]
    said = {id(new): list(_Pair(before[0], after[0], old, new).changes()) for old, new in both}
    # A cell merged over all conditions of a class changes for all of them at once, and is told once.
    everywhere = _of_all(list(said.values()))
    for each in everywhere:
        text = Text(f"全部 {len(both)} 项：{each.zh}", f"all {len(both)} sub-conditions: {each.en}")
        yield Change(each.kind, text, found, before=each.before, after=each.after)
    for old, new in pairs:
        if old is not None and new is not None:
            numbers = (old.ordinal, new.ordinal)
            number = str(new.ordinal) if numbers[0] == numbers[1] else f"{numbers[0]}→{numbers[1]}"
            for each in said[id(new)]:
                if each not in everywhere:
                    text = Text(f"第 {number} 项：{each.zh}", f"sub-condition {number}: {each.en}")
                    yield Change(each.kind, text, found, numbers, before=each.before, after=each.after)
        elif old is not None:
            details = _gist(old)
            text = Text(
                f"删除第 {old.ordinal} 项立案条件“{old.filing_condition}”（{details}）",
                f"sub-condition {old.ordinal} is gone: “{old.filing_condition}” ({details})",
            )
            yield Change("clause_removed", text, found, (old.ordinal, None), before=old.filing_condition)
        elif new is not None:
            details = _gist(new)
            text = Text(
                f"新增第 {new.ordinal} 项立案条件“{new.filing_condition}”（{details}）",
                f"new sub-condition {new.ordinal}: “{new.filing_condition}” ({details})",
            )
            yield Change("clause_added", text, found, (None, new.ordinal), after=new.filing_condition)


class _Said(NamedTuple):
    """A change of one sub-condition, whichever it is."""

    kind: str
    zh: str
    en: str
    before: str | None = None
    after: str | None = None


def _of_all(changes: Sequence[Sequence[_Said]]) -> list[_Said]:
    """Return what is said of every one of several sub-conditions."""
    if len(changes) < 2:
        return []
    return [each for each in changes[0] if all(each in others for others in changes[1:])]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One sub-condition in both editions."""

    edition_before: Specification
    edition_after: Specification
    old: Clause
    new: Clause

    def changes(self) -> Iterator[_Said]:
        """Return every difference, in the order of a form's columns."""
        yield from self._condition()
        yield from self._units()
        yield from self._limit()
        yield from self._grades()
        yield from self._stages()
        yield from self._season()
        for name, kind, title in _TEXTS:
            yield from self._text(kind, title, getattr(self.old, name), getattr(self.new, name))
        olds, news = dict(self.old.other), dict(self.new.other)
        for column in sorted(olds.keys() | news.keys()):
            title = Text(f"“{column}”", f"“{column}”")
            yield from self._text("other_changed", title, olds.get(column), news.get(column))

    def _text(self, kind: str, title: Text, before: str | None, after: str | None) -> Iterator[_Said]:
        if plain(before) == plain(after):
            return
        if before and after:
            line = marked(before, after)
            yield _Said(kind, f"{title.zh}改为 {line}", f"{title.en} now {line}", before, after)
        else:
            yield _Said(
                kind,
                f"{title.zh}：{before or _NONE.zh} → {after or _NONE.zh}",
                f"{title.en}: {before or _NONE.en} → {after or _NONE.en}",
                before or None,
                after or None,
            )

    def _condition(self) -> Iterator[_Said]:
        old, new = self.old.filing_condition, self.new.filing_condition
        if plain(old) != plain(new):
            line = marked(old, new)
            yield _Said("clause_reworded", f"立案条件改写 {line}", f"reworded {line}", old, new)
        if self.old.ordinal != self.new.ordinal:
            numbers = str(self.old.ordinal), str(self.new.ordinal)
            yield _Said("clause_renumbered", "立案条件改号", "renumbered", *numbers)

    def _units(self) -> Iterator[_Said]:
        olds, news = by_key(self.old.units), by_key(self.new.units)
        gone = [body for key, body in olds.items() if key not in news]
        come = [body for key, body in news.items() if key not in olds]
        for body in come:
            yield _Said(
                "unit_added", f"新增责任单位“{body.text}”", f"unit added: {body.text}", None, body.text
            )
        for body in gone:
            yield _Said("unit_removed", f"删除责任单位“{body.text}”", f"unit removed: {body.text}", body.text)
        roles = {"lead": Text("主办", "lead"), "assist": Text("配合", "assist")}
        turned = [key for key in news if key in olds and olds[key].role != news[key].role]
        for key in turned:
            was, now = roles[olds[key].role], roles[news[key].role]
            yield _Said(
                "unit_role_changed",
                f"“{news[key].text}”由{was.zh}改为{now.zh}",
                f"{news[key].text} from {was.en} to {now.en}",
                was.zh,
                now.zh,
            )
        common = [[key for key in side if key in olds and key in news] for side in (olds, news)]
        before, after = listed(self.old.units), listed(self.new.units)
        if common[0] != common[1]:
            yield _Said(
                "units_reordered",
                f"责任单位顺序改为 {after}（原 {before}）",
                f"units in another order: {after} (was {before})",
                before,
                after,
            )
        elif not (gone or come or turned) and plain(self.old.responsible_text) != plain(
            self.new.responsible_text
        ):
            yield _Said(
                "units_reworded",
                f"责任单位写法改变（单位不变）：{marked(before, after)}",
                f"units written otherwise, the same bodies: {marked(before, after)}",
                self.old.responsible_text,
                self.new.responsible_text,
            )

    def _limit(self) -> Iterator[_Said]:
        found = self._compared(
            self.old.limit, self.new.limit, self.old.limit_text or None, self.new.limit_text or None
        )
        if found is not None:
            kind, zh, en, before, after = found
            yield _Said(kind, f"时限 {zh}", f"limit {en}", before, after)

    def _compared(
        self, old: Limit | None, new: Limit | None, old_text: str | None, new_text: str | None
    ) -> tuple[str, str, str, str | None, str | None] | None:
        """Return the kind of change of a limit, in words, and both limits as written; None for no change."""
        if old is None or new is None:
            if old is None and new is None and plain(old_text) == plain(new_text):
                return None
            kind = "limit_reworded" if old is new else "limit_added" if old is None else "limit_removed"
            zh = f"{old_text or _NONE.zh} → {new_text or _NONE.zh}"
            return kind, zh, f"{old_text or _NONE.en} → {new_text or _NONE.en}", old_text, new_text
        if (old.value, old.unit, plain(old_text)) == (new.value, new.unit, plain(new_text)):
            # What 小时 and 天 count is told once, as a declaration of the edition.
            return None
        kind, note = limit_change(old, new, self.edition_before, self.edition_after)
        word = {
            "limit_longer": Text("（延长", " (longer"),
            "limit_shorter": Text("（缩短", " (shorter"),
            "limit_counted_otherwise": Text("（视起算时刻而定", " (depends on when it starts"),
            "limit_reworded": Text("（长短不变", " (of the same length"),
        }[kind]
        line = f"{old_text} → {new_text}"
        note_zh, note_en = (f"；{note.zh}", f"; {note.en}") if note else ("", "")
        return kind, f"{line}{word.zh}{note_zh}）", f"{line}{word.en}{note_en})", old_text, new_text

    def _grades(self) -> Iterator[_Said]:
        olds, news = (
            {grade: (text, limit) for grade, text, limit in side.graded} for side in (self.old, self.new)
        )
        for grade in sorted(olds.keys() | news.keys()):
            (old_text, old), (new_text, new) = olds.get(grade, (None, None)), news.get(grade, (None, None))
            found = self._compared(old, new, old_text, new_text)
            if found is not None:
                _, zh, en, before, after = found
                yield _Said(
                    "grade_limit_changed",
                    f"{grade} 级时限 {zh}",
                    f"limit of grade {grade} {en}",
                    before,
                    after,
                )

    def _stages(self) -> Iterator[_Said]:
        before, after = _stages(self.old.stages), _stages(self.new.stages)
        if before != after:
            yield _Said(
                "stages_changed",
                f"处置阶段 {before or _NONE.zh} → {after or _NONE.zh}",
                f"stages {before or _NONE.en} → {after or _NONE.en}",
                before or None,
                after or None,
            )

    def _season(self) -> Iterator[_Said]:
        before, after = (
            f"{side.season_from}..{side.season_to}" if side.season_from else None
            for side in (self.old, self.new)
        )
        if before != after:
            yield _Said(
                "season_changed",
                f"季节 {before or '全年'} → {after or '全年'}",
                f"season {before or 'all year'} → {after or 'all year'}",
                before,
                after,
            )


def _stages(stages: Sequence[Stage]) -> str:
    return "；".join(
        f"{each.name} {each.limit.text}" + ("（自上一阶段止）" if each.counts_from == "previous" else "")
        for each in stages
    )


def _gist(clause: Clause) -> str:
    return "；".join(filter(None, (clause.limit_text, listed(clause.units))))
