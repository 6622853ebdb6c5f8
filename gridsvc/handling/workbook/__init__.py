"""Our own workbook of a handling specification: every field, drop-downs in the cells, and back again.

`write_specification` and `read_workbook` are each other's inverse: an edition that is exported and imported
under another name has the same digest.
"""

from gridsvc.handling.workbook.checking import check_rule_classes, check_units, leave_out
from gridsvc.handling.workbook.choosing import chosen_edition
from gridsvc.handling.workbook.exporting import write_specification
from gridsvc.handling.workbook.municipal import write_municipal_form
from gridsvc.handling.workbook.reading import WorkbookContents, is_workbook, read_workbook
from gridsvc.handling.workbook.registering import register_units_and_calendars
from gridsvc.handling.workbook.template import write_template

__all__ = [
    "WorkbookContents",
    "check_rule_classes",
    "check_units",
    "chosen_edition",
    "is_workbook",
    "leave_out",
    "read_workbook",
    "register_units_and_calendars",
    "write_municipal_form",
    "write_specification",
    "write_template",
]
