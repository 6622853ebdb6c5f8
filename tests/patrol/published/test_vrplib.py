"""Vehicle routing by PyVRP: both formats, and files that are cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridsvc.errors import InputRefused
from gridsvc.patrol.published.formats import solve_file
from gridsvc.patrol.routing.problem import Effort

VRP = """NAME : four
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 10 0
3 10 1
4 -10 0
5 -10 1
DEMAND_SECTION
1 0
2 1
3 1
4 1
5 1
DEPOT_SECTION
1
-1
EOF
"""
SOLOMON = """four

VEHICLE
NUMBER     CAPACITY
  3         2

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0         0          0          0       200          0
    1     10         0          1          0       100         10
    2     10         1          1         90       100         10
    3    -10         0          1          0       100         10
    4    -10         1          1          0       100         10
"""


@pytest.mark.parametrize(("text", "objective"), [(VRP, 42), (SOLOMON, 42.0)])
def test_two_tours_of_two(text: str, objective: float, tmp_path: Path) -> None:
    file = tmp_path / "four.txt"
    file.write_text(text)
    answer = solve_file(file, Effort(iterations=200))
    assert answer.objective == pytest.approx(objective)
    assert sorted(sorted(route) for route in answer.routes) == [[1, 2], [3, 4]]
    assert (answer.bound, answer.maximise) == (None, False)
    if text is SOLOMON:
        assert (1, 2) in answer.routes


@pytest.mark.parametrize("text", [VRP[:120], VRP.replace("3 10 1\n", ""), SOLOMON[:90]])
def test_a_file_that_is_cut_off_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "cut.vrp"
    file.write_text(text)
    with pytest.raises(InputRefused):
        solve_file(file, Effort(iterations=10))


@pytest.mark.parametrize(
    "text",
    [
        VRP.replace("DIMENSION : 5", "DIMENSION : 99999999999"),
        VRP.replace("DIMENSION : 5", "DIMENSION: 5001"),
        SOLOMON + "    5    -10         1          1          0       100         10\n" * 5000,
    ],
)
def test_a_matrix_that_no_machine_holds_is_not_begun(text: str, tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    file.write_text(text)
    with pytest.raises(InputRefused) as refused:
        solve_file(file, Effort(iterations=10))
    assert refused.value.code == "instance_too_large"


def test_what_cannot_be_driven_is_said(tmp_path: Path) -> None:
    file = tmp_path / "late.txt"
    file.write_text(SOLOMON.replace("90       100", "1         2"))
    with pytest.raises(InputRefused) as refused:
        solve_file(file, Effort(iterations=50))
    assert refused.value.code == "instance_not_solved"
