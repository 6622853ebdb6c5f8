"""What changes from one edition of a handling specification to another, by clause and rule, in words."""

from gridsvc.handling.comparing.changes import CHANGES, Change, ClassRef
from gridsvc.handling.comparing.diff import SpecificationDiff, diff_sides
from gridsvc.handling.comparing.sides import Side, Trial, read_sides
from gridsvc.handling.comparing.writing import write_diff

__all__ = [
    "CHANGES",
    "Change",
    "ClassRef",
    "Side",
    "SpecificationDiff",
    "Trial",
    "diff_sides",
    "read_sides",
    "write_diff",
]
