"""The handling specification: clauses, units, limits, and reading the municipal Excel form."""

from gridsvc.handling.expressions import MEANS, UnitExpression, parse_units
from gridsvc.handling.limits import LIMIT_UNITS, Limit, parse_limit
from gridsvc.handling.specification_import import (
    SheetCount,
    SpecificationImport,
    import_specification,
)
from gridsvc.handling.specifications import Clause, ClauseUnit, Specification, load_specifications

__all__ = [
    "LIMIT_UNITS",
    "MEANS",
    "Clause",
    "ClauseUnit",
    "Limit",
    "SheetCount",
    "Specification",
    "SpecificationImport",
    "UnitExpression",
    "import_specification",
    "load_specifications",
    "parse_limit",
    "parse_units",
]
