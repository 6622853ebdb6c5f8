"""A plan on paper, on the phone, on a map."""

from gridsvc.patrol.outputs.backdrop import Backdrop, backdrop_of
from gridsvc.patrol.outputs.plain import plan_as_dict
from gridsvc.patrol.outputs.route_files import ROUTE_SCRIPTS, ROUTE_STYLE
from gridsvc.patrol.outputs.writing import MEDIA_TYPES, check_target, draw_plan, of_patrol, write_plan

__all__ = [
    "MEDIA_TYPES",
    "ROUTE_SCRIPTS",
    "ROUTE_STYLE",
    "Backdrop",
    "backdrop_of",
    "check_target",
    "draw_plan",
    "of_patrol",
    "plan_as_dict",
    "write_plan",
]
