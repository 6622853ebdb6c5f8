"""Which class of which scheme a form's row speaks of: the same number means other things in other schemes."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Sequence

from gridsvc.catalog import CODE_DIGITS, Class, schemes_with_length
from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass

DEFAULT_SCHEME = "gbt30428.2-2013"


def fitting_scheme(drafts: Sequence[DraftClass], loaded: Sequence[Class]) -> str:
    """Return the scheme whose loaded classes agree best with the form in kind, code and name."""
    wanted = {(each.kind, each.code, each.name) for each in drafts}
    hits = Counter(each.scheme for each in loaded if (each.kind, each.code, each.name) in wanted)
    if not hits:
        return DEFAULT_SCHEME
    return min(hits, key=lambda scheme: (-hits[scheme], scheme != DEFAULT_SCHEME, scheme))


def match_classes(
    drafts: Sequence[DraftClass],
    scheme: str,
    loaded: Sequence[Class],
    refused: list[Fault],
    doubtful: list[Fault],
) -> tuple[list[DraftClass], list[Class]]:
    """Return the classes that belong to `scheme`, and those of them to register as local extensions.

    A code of another length than the scheme's, or a class that plainly is another loaded scheme's, is
    refused; a name that differs from the list's and a class that the list lacks are doubtful.
    """
    own = {(each.kind, each.code): each for each in loaded if each.scheme == scheme}
    codes_of_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in own.values():
        codes_of_name[each.kind, each.name].append(each.code)
    elsewhere: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in loaded:
        if each.scheme != scheme:
            elsewhere[each.kind, each.code, each.name].append(each.scheme)
    lengths = {len(code) for _, code in own}
    if not lengths and scheme in CODE_DIGITS:
        lengths = {sum(CODE_DIGITS[scheme])}
    if drafts and not own:
        doubtful.append(
            Fault(
                "scheme_without_list",
                Text(
                    f"方案 {scheme} 没有类别表，{len(drafts)} 个小类全部登记为本地类别",
                    f"scheme {scheme} has no class list; all {len(drafts)} classes were registered as local",
                ),
                drafts[0].row.place("minor_code"),
                remedy=Text("先用 class import 载入类别表", "load its list by class import first"),
            )
        )
    taken: list[DraftClass] = []
    local: list[Class] = []
    for draft in drafts:
        there = elsewhere.get((draft.kind, draft.code, draft.name), [])
        if lengths and len(draft.code) not in lengths:
            fits = sorted({*there, *schemes_with_length(len(draft.code), scheme)})
            refused.append(
                _other_scheme(draft, scheme, fits, f"{len(draft.code)} 位", f"{len(draft.code)} digits")
            )
            continue
        listed = own.get((draft.kind, draft.code))
        if listed is not None and listed.name == draft.name:
            taken.append(draft)
            continue
        codes = codes_of_name.get((draft.kind, draft.name), [])
        unlike = listed is not None and not _alike(listed.name, draft.name)
        if there and (codes or unlike):
            what = (
                Text(f"{scheme} 中“{draft.name}”是 {codes[0]}", f"{scheme} has “{draft.name}” as {codes[0]}")
                if codes or listed is None
                else Text(f"{scheme} 中这是“{listed.name}”", f"in {scheme} this is “{listed.name}”")
            )
            refused.append(_other_scheme(draft, scheme, there, what.zh, what.en))
            continue
        taken.append(draft)
        if listed is not None:
            hint = f"；类别表中“{draft.name}”是 {codes[0]}" if codes else ""
            hint_en = f"; the list has “{draft.name}” as {codes[0]}" if codes else ""
            doubtful.append(
                draft.row.fault(
                    "class_name_differs",
                    "minor_name",
                    f"类别表中 {draft.code} 是“{listed.name}”{hint}",
                    f"the class list has {draft.code} as “{listed.name}”{hint_en}",
                )
            )
            continue
        if own:
            doubtful.append(
                draft.row.fault(
                    "class_not_listed",
                    "minor_code",
                    f"类别表 {scheme} 中没有 {draft.code}，登记为本地类别",
                    f"the list of {scheme} has no {draft.code}; registered as a local class",
                )
            )
        local.append(
            Class(
                scheme=scheme,
                kind=draft.kind,
                code=draft.code,
                name=draft.name,
                name_en=None,
                major_code=draft.major_code,
                major_name=draft.major_name or draft.major_code,
                source=draft.row.file,
                confidence="local",
            )
        )
    return taken, local


def _alike(first: str, second: str) -> bool:
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= 0.5


def _other_scheme(draft: DraftClass, scheme: str, fits: Sequence[str], zh: str, en: str) -> Fault:
    there = f"，像是 {'、'.join(fits)} 的" if fits else ""
    there_en = f", it looks like one of {', '.join(fits)}" if fits else ""
    return draft.row.fault(
        "other_scheme",
        "minor_code",
        f"“{draft.name}”（{draft.code}）不是 {scheme} 的类别：{zh}{there}",
        f"“{draft.name}” ({draft.code}) is a class of another scheme than {scheme}: {en}{there_en}",
        Text("用 --scheme 指明方案，或改正代码", "name the scheme by --scheme, or correct the code"),
    )
