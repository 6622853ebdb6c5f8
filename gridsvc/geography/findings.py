"""What an import of areas found: refused, repaired and doubtful, each with its place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gridsvc.errors import Fault, Place, Text

_LONGEST_VALUE = 200
_SHOWN_CODES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault and the features it is about, as indexes into the file (none: the whole layer)."""

    fault: Fault
    features: tuple[int, ...]


@dataclass(slots=True)
class Findings:
    """Collects findings; a place is file, layer, number of the feature (from 1), column and value.

    `numbers` are those that the features have in the file, where they are not all of it.
    """

    file: str
    layer: str | None = None
    numbers: Sequence[int] | None = None
    refused: list[Finding] = field(default_factory=list)
    repaired: list[Finding] = field(default_factory=list)
    doubtful: list[Finding] = field(default_factory=list)

    def refuse(
        self,
        code: str,
        message: Text,
        remedy: Text | None = None,
        *,
        features: Sequence[int] = (),
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note a fault that stops the import, or, when faulty rows may be left out, the first feature."""
        self.refused.append(self._finding(code, message, remedy, features, column, value))

    def repair(
        self,
        code: str,
        message: Text,
        *,
        features: Sequence[int] = (),
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note a fault that was mended."""
        self.repaired.append(self._finding(code, message, None, features, column, value))

    def doubt(
        self,
        code: str,
        message: Text,
        remedy: Text | None = None,
        *,
        features: Sequence[int] = (),
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note a fault that was taken as it is."""
        self.doubtful.append(self._finding(code, message, remedy, features, column, value))

    def refused_features(self) -> set[int]:
        """Return the features to leave out: of each refused finding the first one."""
        return {finding.features[0] for finding in self.refused if finding.features}

    def refuses_the_layer(self) -> bool:
        """Return whether a fault of the whole layer was refused, which no leaving out of rows mends."""
        return any(not finding.features for finding in self.refused)

    def _finding(
        self,
        code: str,
        message: Text,
        remedy: Text | None,
        features: Sequence[int],
        column: str | None,
        value: str | None,
    ) -> Finding:
        if value is not None and len(value) > _LONGEST_VALUE:
            value = value[: _LONGEST_VALUE - 1] + "…"
        row = self.number(features[0]) if features else None
        place = Place(file=self.file, sheet=self.layer, row=row, column=column, value=value)
        return Finding(Fault(code, message, place, remedy), tuple(features))

    def number(self, feature: int) -> int:
        """Return which feature of the file it is, from 1."""
        return feature + 1 if self.numbers is None else self.numbers[feature]


def faults(found: Sequence[Finding]) -> tuple[Fault, ...]:
    """Return the faults in the order of the file, those of the whole layer first."""
    ordered = sorted(found, key=lambda finding: finding.fault.place.row or 0)
    return tuple(finding.fault for finding in ordered)


def code_list(codes: Sequence[str]) -> str:
    """Return the first few of `codes` as one text."""
    shown = ", ".join(codes[:_SHOWN_CODES])
    return shown + (" …" if len(codes) > _SHOWN_CODES else "")
