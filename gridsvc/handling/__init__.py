"""The handling specification: clauses, units, limits, and reading the municipal Excel form."""

from gridsvc.handling.expressions import MEANS, UnitExpression, parse_units
from gridsvc.handling.fact_values import (
    condition_text,
    fact_value_text,
    fulfils,
    likeness,
    read_fact_value,
    window_starts,
)
from gridsvc.handling.facts import FACT_ZONE_KINDS, FACTS, Fact
from gridsvc.handling.limits import LIMIT_UNITS, Limit, parse_limit
from gridsvc.handling.reference import (
    REFERENCE_SCHEMES,
    Bodies,
    kind_of_row,
    reference_clauses,
    reference_rules,
    write_reference,
)
from gridsvc.handling.rules import AS_LISTED, Condition, Rule, RuleUnit, in_order
from gridsvc.handling.specification_import import (
    SheetCount,
    SpecificationImport,
    import_specification,
)
from gridsvc.handling.specifications import Clause, ClauseUnit, Specification, Stage, load_specifications

__all__ = [
    "AS_LISTED",
    "FACTS",
    "FACT_ZONE_KINDS",
    "LIMIT_UNITS",
    "MEANS",
    "REFERENCE_SCHEMES",
    "Bodies",
    "Clause",
    "ClauseUnit",
    "Condition",
    "Fact",
    "Limit",
    "Rule",
    "RuleUnit",
    "SheetCount",
    "Specification",
    "SpecificationImport",
    "Stage",
    "UnitExpression",
    "condition_text",
    "fact_value_text",
    "fulfils",
    "import_specification",
    "in_order",
    "kind_of_row",
    "likeness",
    "load_specifications",
    "parse_limit",
    "parse_units",
    "read_fact_value",
    "reference_clauses",
    "reference_rules",
    "window_starts",
    "write_reference",
]
