"""Classes and their schemes, the units that can be made responsible, and reading lists of both."""

from gridsvc.catalog.class_import import ClassImport, import_classes
from gridsvc.catalog.class_index import WHY, ClassIndex, Confusable, Hit
from gridsvc.catalog.class_rows import kind_of_sheet
from gridsvc.catalog.class_search import find_classes, load_class_index
from gridsvc.catalog.class_words import WordImport, import_words, load_words
from gridsvc.catalog.classes import CONFIDENCE_MARKS, KINDS, Class, load_classes, register_classes
from gridsvc.catalog.component_ids import (
    ComponentId,
    build_component_id,
    component_id_fault,
    parse_component_id,
)
from gridsvc.catalog.component_import import ComponentImport, import_components
from gridsvc.catalog.components import count_components, list_components
from gridsvc.catalog.crosswalk import RELATIONS, Link, crosswalk, load_links
from gridsvc.catalog.crosswalk_import import CrosswalkImport, import_crosswalk
from gridsvc.catalog.inventory import Body, Inventory, Profile, load_inventory
from gridsvc.catalog.local_classes import add_local_class
from gridsvc.catalog.records import (
    Record,
    cell_fault,
    cell_faults,
    find_header,
    plain_header,
    read_records,
    sheet_records,
    shown,
)
from gridsvc.catalog.schemes import CODE_DIGITS, checked_scheme, schemes_with_length
from gridsvc.catalog.sheets import Cell, Sheet, read_sheets
from gridsvc.catalog.unit_import import (
    UnitImport,
    UnitPlan,
    import_units,
    plan_units,
    store_units,
)
from gridsvc.catalog.unit_kinds import UNIT_KINDS, kind_of_words
from gridsvc.catalog.unit_rows import EXAMPLE, UNIT_HEADERS
from gridsvc.catalog.units import FROM_SPECIFICATION, Unit, load_units, normalised_name, register_units

__all__ = [
    "CODE_DIGITS",
    "CONFIDENCE_MARKS",
    "EXAMPLE",
    "FROM_SPECIFICATION",
    "KINDS",
    "RELATIONS",
    "UNIT_HEADERS",
    "UNIT_KINDS",
    "WHY",
    "Body",
    "Cell",
    "Class",
    "ClassImport",
    "ClassIndex",
    "ComponentId",
    "ComponentImport",
    "Confusable",
    "CrosswalkImport",
    "Hit",
    "Inventory",
    "Link",
    "Profile",
    "Record",
    "Sheet",
    "Unit",
    "UnitImport",
    "UnitPlan",
    "WordImport",
    "add_local_class",
    "build_component_id",
    "cell_fault",
    "cell_faults",
    "checked_scheme",
    "component_id_fault",
    "count_components",
    "crosswalk",
    "find_classes",
    "find_header",
    "import_classes",
    "import_components",
    "import_crosswalk",
    "import_units",
    "import_words",
    "kind_of_sheet",
    "kind_of_words",
    "list_components",
    "load_class_index",
    "load_classes",
    "load_inventory",
    "load_links",
    "load_units",
    "load_words",
    "normalised_name",
    "parse_component_id",
    "plain_header",
    "plan_units",
    "read_records",
    "read_sheets",
    "register_classes",
    "register_units",
    "schemes_with_length",
    "sheet_records",
    "shown",
    "store_units",
]
