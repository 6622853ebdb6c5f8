"""The published class schemes: how long their codes are, and which one a text speaks of."""

from __future__ import annotations

import re

from gridsvc.errors import Text, WrongUsage

# (digits of the major code, digits of the minor code); CJ/T 214-2007, GB/T 30428.2-2013, GB/T 47678.5-2026.
CODE_DIGITS = {
    "cjt214-2007": (2, 2),
    "gbt30428.2-2013": (2, 2),
    "gbt47678.5-2026": (2, 3),
}
_STANDARD = re.compile(
    r"\b(?:GB|CJJ?|DB\d*|SZDB)\s*/?\s*[TZ]?\s*[0-9]+(?:\.[0-9]+)?-(?:19|20)[0-9]{2}", re.IGNORECASE
)


def plain_scheme(text: str) -> str:
    """Return a standard's number as a scheme id: GB/T 30428.2-2013 → gbt30428.2-2013."""
    return re.sub(r"[^0-9a-z.\-]", "", text.casefold())


def first_standard(source: str) -> str | None:
    """Return the first standard that a source names, as a scheme id; None when it names none.

    What comes later (“carried back from GB/T 47678.5-2026”) says where a row was checked, not what it is of.
    """
    found = _STANDARD.search(source)
    return plain_scheme(found[0]) if found else None


def schemes_with_length(length: int, other_than: str) -> list[str]:
    """Return the published schemes whose codes have `length` digits."""
    return [name for name, digits in CODE_DIGITS.items() if sum(digits) == length and name != other_than]


def checked_scheme(scheme: str) -> str:
    """Return a scheme's id as it is stored, or raise WrongUsage."""
    known = {plain_scheme(name): name for name in CODE_DIGITS}
    wanted = known.get(plain_scheme(scheme), scheme.strip())
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}", wanted):
        raise WrongUsage(
            "bad_scheme",
            Text(
                f"方案名“{scheme[:80]}”只能用字母、数字、点和连字符",
                f"scheme “{scheme[:80]}”: letters, digits, dots and hyphens only",
            ),
        )
    return wanted
