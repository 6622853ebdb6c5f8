"""Code profiles: which ship, and how one is read from a TOML file or from the edition that it explains."""

from __future__ import annotations

import json
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.profile_document import ProfileDocument
from gridsvc.settings import shipped

_LARGEST_FILE = 1_000_000


def code_profile(name: str) -> CodeProfile:
    """Return the profile that ships under that name, or that a file (`….toml`) describes.

    Raises:
        WrongUsage: `unknown_profile`.
        InputRefused: `profile_unreadable`, `profile_refused` and `profile_name_taken` for a file.
    """
    if name in shipped_profiles():
        return _shipped(name)
    if name.casefold().endswith(".toml"):
        return read_profile(Path(name))
    known = ", ".join(shipped_profiles())
    raise WrongUsage(
        "unknown_profile",
        Text(f"没有编码规则“{name[:40]}”。", f"There is no code profile {name[:40]!r}."),
        remedy=Text(
            f"可用：{known}，或自己的规则文件（.toml）。",
            f"Use one of {known}, or a file of your own (.toml).",
        ),
    )


@lru_cache(maxsize=1)
def shipped_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that ship, `gbt` first and `free` last."""
    names = sorted(path.stem for path in _folder().glob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name == "free", name != "gbt", name)))


def read_profile(path: Path) -> CodeProfile:
    """Read a profile from a TOML file of a city's or another country's own.

    Raises:
        InputRefused: `profile_unreadable` (no such file, no TOML: with its line), `profile_refused` with
            every fault and its place, `profile_name_taken` when it calls itself like one that ships.
    """
    profile = _read(path)
    if profile.name in shipped_profiles():
        raise InputRefused(
            "profile_name_taken",
            Text(
                f"编码规则名“{profile.name}”已由系统自带的规则使用。",
                f"The profile {profile.name!r} is one that ships with the service.",
            ),
            place=Place(file=path.name, column="name", value=profile.name),
            remedy=Text("请另取名称。", "Give yours another name."),
        )
    return profile


def profile_from_document(document: dict[str, Any], file: str | None = None) -> CodeProfile:
    """Return the profile that a document (TOML or JSON, as `profile_document` writes it) describes.

    Raises:
        InputRefused: `profile_refused`, with every fault and its place (`column` is the key's path).
    """
    reader = ProfileDocument(file)
    profile = reader.read(document)
    if reader.faults or profile is None:
        raise InputRefused(
            "profile_refused",
            Text(
                f"编码规则有 {len(reader.faults)} 处错误。",
                f"The code profile has {len(reader.faults)} faults.",
            ),
            place=Place(file=file),
            faults=tuple(reader.faults),
        )
    return profile


def stored_profile(document: dict[str, Any]) -> CodeProfile:
    """Return the profile that is stored with an edition; equal documents give the same object."""
    return _stored(json.dumps(document, sort_keys=True))


def profile_document(profile: CodeProfile) -> dict[str, Any]:
    """Return a profile as plain values, from which `profile_from_document` makes the same profile again."""
    document: dict[str, Any] = {
        "name": profile.name,
        "title": {"zh": profile.title.zh, "en": profile.title.en},
        "strict": profile.strict,
        "reuse": profile.reuse,
        "levels": {
            level: "".join(part if isinstance(part, str) else f"{{{part.name}}}" for part in parts)
            for level, parts in profile.levels.items()
        },
        "fields": {},
        "retired": [
            {"level": level, "width": width, "zh": text.zh, "en": text.en}
            for (level, width), text in profile.retired.items()
        ],
    }
    for name, each in profile.fields.items():
        document["fields"][name] = {
            "label": {"zh": each.label.zh, "en": each.label.en},
            "width": each.least if each.least == each.most else [each.least, each.most],
            "alphabet": each.alphabet,
            "ranges": [
                {"first": part.first, "last": part.last, "zh": part.meaning.zh, "en": part.meaning.en}
                for part in each.ranges
            ],
        }
        if each.first is not None:
            document["fields"][name]["least"] = each.first
    if profile.numbering is not None:
        rule = profile.numbering
        document["numbering"] = {
            "level": rule.level,
            "field": rule.field,
            "order": rule.order,
            "band_m": rule.band_m,
        }
    return document


def _folder() -> Path:
    return shipped("geodata") / "profiles"


@lru_cache(maxsize=32)
def _shipped(name: str) -> CodeProfile:
    return _read(_folder() / f"{name}.toml")


@lru_cache(maxsize=64)
def _stored(document: str) -> CodeProfile:
    return profile_from_document(json.loads(document))


def _read(path: Path) -> CodeProfile:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise OSError("larger than a megabyte")
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unreadable(
            path, Text(f"读不了编码规则文件：{reason}。", f"The file cannot be read: {reason}.")
        ) from error
    except UnicodeDecodeError as error:
        raise _unreadable(
            path, Text("编码规则文件不是 UTF-8 文本。", "The file of code rules is not UTF-8 text.")
        ) from error
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        text = Text(f"不是有效的 TOML：{error}。", f"This is not valid TOML: {error}.")
        raise _unreadable(path, text, int(line[1]) if line else None) from error
    return profile_from_document(document, path.name)


_LINE = re.compile(r"at line (\d+)")


def _unreadable(path: Path, message: Text, row: int | None = None) -> InputRefused:
    return InputRefused(
        "profile_unreadable",
        message,
        place=Place(file=path.name, row=row),
        remedy=Text(
            "可仿照 geodata/profiles/gbt.toml 编写。",
            "Write it after the example of geodata/profiles/gbt.toml.",
        ),
    )
