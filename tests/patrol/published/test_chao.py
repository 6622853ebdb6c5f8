"""Team orienteering: reading, refusing, and answers that hold by true distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gridsvc.errors import InputRefused, NotFound
from gridsvc.patrol.published.chao import read, solve
from gridsvc.patrol.published.formats import format_of, solve_file
from gridsvc.patrol.routing.problem import Effort

SMALL = "n 6\nm 2\ntmax 10.0\n0 0 0\n1 0 5\n2 3.5 7\n0 4 9\n40 40 99\n0 0 0\n"


def test_the_parts_of_an_instance_are_read() -> None:
    instance = read(SMALL, "p.txt")
    assert (instance.patrols, instance.longest, instance.score.tolist()) == (2, 10.0, [0, 5, 7, 9, 99, 0])
    assert instance.length([2]) == pytest.approx(2 * np.hypot(2, 3.5))


def test_all_that_can_be_collected_is() -> None:
    answer = solve(read(SMALL, "p.txt"), Effort(iterations=300))
    assert answer.maximise
    assert answer.objective == 21
    assert answer.bound is not None
    assert 21 <= answer.bound < 120
    assert sorted(node for route in answer.routes for node in route[1:-1]) == [1, 2, 3]
    assert all(route[0] == 0 and route[-1] == 5 for route in answer.routes)
    assert set(answer.as_dict()) == {"objective", "bound", "routes", "seconds"}


def test_a_route_that_just_fits_is_kept_and_one_that_just_does_not_is_not() -> None:
    """There and back is 2 sqrt 2 = 2.82842712…: whole ten-thousandths alone could not tell."""
    text = "n 3\nm 1\ntmax {}\n0 0 0\n1 1 5\n0 0 0\n"
    fits = solve(read(text.format("2.8284272"), "p.txt"), Effort(iterations=50))
    short = solve(read(text.format("2.8284270"), "p.txt"), Effort(iterations=50))
    assert short.objective == 0
    assert fits.objective in (0, 5)
    assert solve(read(text.format("2.8286"), "p.txt"), Effort(iterations=50)).objective == 5


@pytest.mark.parametrize("seed", range(10))
def test_no_route_is_longer_than_it_may_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes = "".join(f"{x:.3f} {y:.3f} {s}\n" for x, y, s in rng.integers(0, 3000, (22, 3)) / [200, 200, 100])
    instance = read(f"n 22\nm 3\ntmax 17.5\n{nodes}", "p.txt")
    answer = solve(instance, Effort(iterations=300))
    assert instance.over([[node - 1 for node in route[1:-1]] for route in answer.routes]) == 0
    visited = [node for route in answer.routes for node in route[1:-1]]
    assert len(visited) == len(set(visited))
    assert answer.objective == pytest.approx(instance.score[visited].sum())


def test_numbers_as_large_as_may_be_are_planned_with() -> None:
    text = "n 3\nm 1\ntmax 1000000\n-1000000 -1000000 0\n1000000 1000000 5\n-1000000 -999999 0\n"
    answer = solve(read(text, "p.txt"), Effort(iterations=50))
    assert (answer.objective, answer.bound) == (0, 0)


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        (SMALL.replace("n 6", "n 7"), "instance_truncated", 9),
        (SMALL.replace("tmax 10.0", "tmax ten"), "instance_line", 3),
        (SMALL.replace("1 0 5", "1 0"), "instance_line", 5),
        (SMALL.replace("1 0 5", "1 nan 5"), "instance_line", 5),
        (SMALL.replace("m 2", "m -2"), "instance_line", 2),
        (SMALL.replace("n 6", "n " + "9" * 400), "instance_line", 1),
        (SMALL.replace("tmax 10.0", "tmax 1e99"), "instance_line", 3),
        (SMALL.replace("1 0 5", "1e99 0 5"), "instance_line", 5),
        (SMALL.replace("1 0 5", "1 0 " + "9" * 400), "instance_line", 5),
        ("n 1\nm 2\ntmax 4\n0 0 0\n", "instance_line", 1),
        ("", "instance_empty", 1),
        ("小广告\n", "instance_format", 1),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text: str, code: str, row: int, tmp_path: Path) -> None:
    file = tmp_path / "p.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        solve_file(file, Effort(iterations=1))
    assert (refused.value.code, refused.value.place.row) == (code, row)


def test_a_file_that_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        solve_file(tmp_path / "none.txt", Effort(iterations=1))
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00n 6")
    with pytest.raises(InputRefused):
        solve_file(tmp_path / "b.txt", Effort(iterations=1))
    with pytest.raises(InputRefused):
        solve_file(tmp_path, Effort(iterations=1))


def test_no_patrols_collect_nothing() -> None:
    assert solve(read(SMALL.replace("m 2", "m 0"), "p.txt"), Effort(iterations=1)).objective == 0


def test_the_format_is_told_from_others() -> None:
    assert format_of(SMALL, "p.txt").read is read
