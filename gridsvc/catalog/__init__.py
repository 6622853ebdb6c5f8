"""Classes and their schemes, and the units that can be made responsible."""

from gridsvc.catalog.classes import KINDS, Class, find_classes, load_classes
from gridsvc.catalog.units import Unit, load_units, normalised_name

__all__ = ["KINDS", "Class", "Unit", "find_classes", "load_classes", "load_units", "normalised_name"]
