"""Plans: from a request to timed routes with reasons, kept and planned anew."""

from gridsvc.patrol.plans.changing import Change
from gridsvc.patrol.plans.keeping import KeptPlan, keep_plan, list_plans, read_plan
from gridsvc.patrol.plans.making import make_plan
from gridsvc.patrol.plans.planning import Planned, default_depot, plan_patrols
from gridsvc.patrol.plans.replanned import gather_again, keep_again, replan_patrols
from gridsvc.patrol.plans.replanning import replan

__all__ = [
    "Change",
    "KeptPlan",
    "Planned",
    "default_depot",
    "gather_again",
    "keep_again",
    "keep_plan",
    "list_plans",
    "make_plan",
    "plan_patrols",
    "read_plan",
    "replan",
    "replan_patrols",
]
