"""What was found wrong with the components of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gridsvc.catalog.component_file import ComponentFile
from gridsvc.errors import Fault, InputRefused, Place, Text


@dataclass(slots=True)
class Noted:
    """Refused and doubtful faults, and the components that are left out."""

    file: ComponentFile
    refused: list[Fault] = field(default_factory=list)
    doubtful: list[Fault] = field(default_factory=list)
    out: set[int] = field(default_factory=set)

    def refuse(
        self, k: int, code: str, message: Text, remedy: Text | None = None, at: str | None = None
    ) -> None:
        """Refuse component `k`."""
        self.refused.append(Fault(code, message, self.file.place(k, at), remedy))
        self.out.add(k)

    def doubt(
        self, k: int, code: str, message: Text, remedy: Text | None = None, at: str | None = None
    ) -> None:
        """Take component `k` as it is, and say what is odd."""
        self.doubtful.append(Fault(code, message, self.file.place(k, at), remedy))


def refusal(noted: Noted) -> InputRefused:
    """Return the error that names every refused fault."""
    count = len(noted.refused)
    return InputRefused(
        "components_refused",
        Text(
            f"发现 {count} 处错误，未导入任何部件（文件共 {len(noted.file)} 个）。",
            f"{count} faults were found and no component was imported (the file has {len(noted.file)}).",
        ),
        place=Place(file=noted.file.file, sheet=noted.file.layer),
        faults=in_order(noted.refused),
    )


def in_order(found: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return faults in the order of the file."""
    return tuple(sorted(found, key=lambda fault: fault.place.row or 0))
