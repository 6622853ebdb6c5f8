"""One statistic of one column of a file: to stand beside what R or PySAL say of the same file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.hotspots.products.statistic_table import Links, read_links, read_values
from gridsvc.hotspots.significance.gistar import gi, gi_star
from gridsvc.hotspots.significance.moran import (
    PERMUTATIONS,
    QUADRANTS,
    Moment,
    global_moran,
    local_moran,
    row_standardised,
)

Floats = NDArray[np.float64]
Name = Literal["gi", "gistar", "moran", "local-moran", "mann-kendall"]
Scaled = Literal["row", "given"]
NAMES: tuple[str, ...] = get_args(Name)


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """`answer` as in JSON: `values` (and `p`) in the order of the rows, or `value` with `z` and `p`."""

    name: str
    answer: dict[str, Any]
    remarks: list[Text] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; null where a row has none."""
        remarks = [{"zh": each.zh, "en": each.en} for each in self.remarks]
        return {"name": self.name} | self.answer | {"remarks": remarks}


def compute_statistic(
    file: Path,
    column: str,
    name: str,
    *,
    neighbours: Path | None = None,
    scaled: Scaled = "row",
    moment: Moment = "spdep",
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Statistic:
    """Compute a statistic of the rows of a .csv or .parquet file.

    Rows without a value are left out, with their links; they answer null. `neighbours`: a file of links, for
    all but mann-kendall, which takes the rows as steps in time. `scaled`: Moran with weights of each row
    adding up to 1, or as given (Gi and Gi* are the same either way). p are two-sided.

    Raises
    ------
    WrongUsage
        `unknown_statistic`, `no_neighbours`, `bad_permutations`.
    InputRefused
        What `read_values` and `read_links` raise; `too_few_rows`, `all_equal`, `no_links`: there is no such
        statistic of this file.
    """
    _check(name, neighbours, permutations)
    values = read_values(file, column)
    known = np.isfinite(values)
    missing = (np.flatnonzero(~known) + 1).tolist()
    remarks = []
    if missing:
        remarks.append(
            Text(f"{len(missing)} 行没有值，未计入。", f"{len(missing)} rows have no value: left out.")
        )
    if name == "mann-kendall":
        return Statistic(name, _mann_kendall(values[known]) | {"missing": missing}, remarks)
    assert neighbours is not None
    links = read_links(neighbours, len(values))
    remarks += _said(links)
    matrix = sparse.csr_array(links.matrix[known][:, known])
    x = values[known]
    if len(x) < 4:
        raise _no_such(
            file,
            "too_few_rows",
            Text("有值的行少于 4。", "fewer than 4 rows have a value."),
            Text("请补充行，或核对空值。", "Give more rows, or look at those without a value."),
        )
    if x.max() == x.min():
        raise _no_such(
            file,
            "all_equal",
            Text("所有值都相同。", "all values are the same."),
            Text("请核对 --value 的列。", "Is --value the column that you mean?"),
        )
    # No statistic here knows the unit: by a power of two, which loses no digit, no square is too great.
    x = np.ldexp(x, -int(np.frexp(np.abs(x).max())[1]))
    alone = _alone(matrix)
    islands = (np.flatnonzero(known)[alone] + 1).tolist()
    if alone.all():
        raise _no_such(
            neighbours,
            "no_links",
            Text("没有任何邻居。", "no row has a neighbour."),
            Text("请核对 from、to 的行号（从 1 起）。", "Check the rows in from and to, numbered from 1."),
        )
    if islands:
        remarks.append(_ISLANDS[name])
    told = {"missing": missing, "islands": islands, "links": int(links.matrix.nnz)}
    if name == "moran":
        return Statistic(name, _moran(file, x, matrix, alone, scaled) | told, remarks)
    if name == "local-moran":
        weights = row_standardised(_off(matrix)) if scaled == "row" else matrix
        local = local_moran(x, weights, moment=moment, permutations=permutations, seed=seed)
        answer = {
            "n": len(x),
            "values": _rows(local.values, known),
            "p": _rows(local.p, known),
            "quadrants": _rows(local.quadrant.astype(np.float64), known, words=QUADRANTS),
            "moment": moment,
            "weights": _WEIGHTS[scaled],
            "permutations": permutations,
            "seed": seed,
        }
        return Statistic(name, answer | told, remarks)
    score = gi_star(x, with_self(matrix)) if name == "gistar" else gi(x, matrix)
    p = 2 * special.ndtr(-np.abs(score))
    answer = {"n": len(x), "values": _rows(score, known), "p": _rows(p, known)}
    return Statistic(name, answer | told, [*remarks, _SCORE])


def with_self(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the weights with each row itself among them: as given, else its greatest weight, else 1."""
    own = matrix.diagonal()
    greatest = matrix.max(axis=1).toarray().ravel()
    add = np.where(own > 0, 0.0, np.where(greatest > 0, greatest, 1.0))
    return sparse.csr_array(matrix + sparse.diags_array(add))


_WEIGHTS = {"row": "row-standardised", "given": "as given"}
_ISLANDS = {
    "gi": Text("没有邻居的行没有 Gi。", "Rows without neighbours have no Gi."),
    "gistar": Text("没有邻居的行只与自身相比。", "Rows without neighbours are their own neighbourhood."),
    "moran": Text("没有邻居的行未计入 n。", "Rows without neighbours are left out of n."),
    "local-moran": Text("没有邻居的行没有局部 Moran。", "Rows without neighbours have no local Moran."),
}
_SCORE = Text(
    "z 仅供描述：件数稀少时其正态 p 值不可作显著性判断，请用 hotspot cells。",
    "z is descriptive: on sparse counts its normal p is no test of significance; use hotspot cells.",
)


def _moran(
    file: Path, x: Floats, matrix: sparse.csr_array, alone: NDArray[np.bool_], scaled: Scaled
) -> dict[str, Any]:
    linked = sparse.csr_array(_off(matrix)[~alone][:, ~alone])
    found = global_moran(x[~alone], row_standardised(linked) if scaled == "row" else linked)
    if found is None:
        reason = Text("有邻居且值不同的行太少。", "too few rows with neighbours and different values.")
        remedy = Text("请补充邻居或行。", "Give more links or rows.")
        raise _no_such(file, "too_few_rows", reason, remedy)
    return {
        "n": int((~alone).sum()),
        "value": found.value,
        "expected": found.expected,
        "z": found.z_rand,
        "p": found.p_rand,
        "z_rand": found.z_rand,
        "p_rand": found.p_rand,
        "z_norm": found.z_norm,
        "p_norm": found.p_norm,
        "weights": _WEIGHTS[scaled],
    }


def _mann_kendall(series: Floats) -> dict[str, Any]:
    from gridsvc.hotspots.trends.mann_kendall import mann_kendall

    found = mann_kendall(series[None, :])
    return {
        "n": found.steps,
        "value": int(found.s[0]),
        "expected": 0,
        "variance": float(found.variance[0]),
        "z": float(found.z[0]),
        "p": float(found.p[0]),
        "tau_a": float(found.tau_a[0]),
        "tau_b": float(found.tau_b[0]),
        "slope": float(found.slope[0]),
    }


def _off(matrix: sparse.csr_array) -> sparse.csr_array:
    from gridsvc.hotspots.significance.gistar import without_self

    return without_self(matrix)


def _alone(matrix: sparse.csr_array) -> NDArray[np.bool_]:
    """Return which rows have no neighbour, and are none's."""
    off = _off(matrix)
    degree = np.diff(off.indptr) + np.bincount(off.indices, minlength=off.shape[0])
    alone: NDArray[np.bool_] = degree == 0
    return alone


def _rows(values: Floats, known: NDArray[np.bool_], words: tuple[str, ...] | None = None) -> list[Any]:
    whole = np.full(len(known), np.nan)
    whole[known] = values
    if words is not None:
        return [words[int(value)] if value >= 0 else None for value in whole.tolist()]
    return [value if np.isfinite(value) else None for value in whole.tolist()]


def _said(links: Links) -> list[Text]:
    remarks = []
    if links.both_ways:
        remarks.append(
            Text("邻居只给了单向，按双向计。", "Links were given one way only and are taken both ways.")
        )
    if links.doubles:
        remarks.append(
            Text(f"{links.doubles} 行邻居重复，只计一次。", f"{links.doubles} links are repeats, taken once.")
        )
    return remarks


def _check(name: str, neighbours: Path | None, permutations: int) -> None:
    if name not in NAMES:
        raise WrongUsage(
            "unknown_statistic",
            Text(f"没有统计量 {name}。", f"there is no statistic {name}."),
            place=Place(column="name", value=name),
            remedy=Text(f"可用：{'、'.join(NAMES)}。", f"There are: {', '.join(NAMES)}."),
        )
    if name != "mann-kendall" and neighbours is None:
        raise WrongUsage(
            "no_neighbours",
            Text(f"{name} 需要邻居文件。", f"{name} needs a file of neighbours."),
            remedy=Text(
                "请用 --neighbors G.csv：列 from、to（行号，从 1 起）及可选的 weight。",
                "Give --neighbors G.csv with columns from, to (rows from 1) and, if wanted, weight.",
            ),
        )
    if not 0 <= permutations <= 1_000_000:
        raise WrongUsage(
            "bad_permutations",
            Text(f"置换次数 {permutations} 无效。", f"{permutations} permutations cannot be drawn."),
            place=Place(column="permutations", value=str(permutations)),
            remedy=Text("请用 0 至 1000000；通常 999。", "Give 0 to 1,000,000; 999 is usual."),
        )


def _no_such(file: Path, code: str, reason: Text, remedy: Text) -> InputRefused:
    return InputRefused(
        code,
        Text(f"无法计算：{reason.zh}", f"there is no such statistic: {reason.en}"),
        place=Place(file=file.name),
        remedy=remedy,
    )
