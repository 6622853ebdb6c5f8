"""The kernels of density maps, on the plane and along a line (hotspots.md 3.1 and 3.4)."""

from __future__ import annotations

from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Place, Text, WrongUsage

Floats = NDArray[np.float64]

Kernel = Literal["quartic", "gaussian"]
KERNELS: tuple[str, ...] = get_args(Kernel)
GAUSSIAN_CUT = 4.0
"""A Gaussian is cut at this many bandwidths; 3.4e-4 of its mass lies beyond."""
M2_PER_KM2 = 1e6
LEAST_MAPPED_M = 1.0


def checked_kernel(kernel: str) -> Kernel:
    """Return `kernel`; raises WrongUsage (`bad_kernel`)."""
    for known in get_args(Kernel):
        if kernel == known:
            return cast(Kernel, known)
    raise WrongUsage(
        "bad_kernel",
        Text(f"没有名为 {kernel[:40]} 的核函数。", f"there is no kernel called {kernel[:40]}."),
        place=Place(column="kernel", value=kernel),
        remedy=Text("可用 quartic 或 gaussian。", "Use quartic or gaussian."),
    )


def checked_bandwidth(bandwidth_m: float) -> float:
    """Return a bandwidth in metres; raises InputRefused (`bad_bandwidth`) unless positive and finite."""
    if np.isfinite(bandwidth_m) and bandwidth_m > 0:
        return float(bandwidth_m)
    raise _bad_bandwidth(bandwidth_m, Text("应大于 0 米", "it is above 0"))


def mapped_bandwidth(bandwidth_m: float, most_m: float) -> float:
    """Return a bandwidth in metres for a map of streets: LEAST_MAPPED_M to `most_m`, else `bad_bandwidth`.

    A narrower one shows the reports themselves; a wider one shows nothing and costs by its square.
    """
    if LEAST_MAPPED_M <= checked_bandwidth(bandwidth_m) <= most_m:
        return float(bandwidth_m)
    least, most = f"{LEAST_MAPPED_M:g}", f"{most_m:,g}"
    raise _bad_bandwidth(bandwidth_m, Text(f"应在 {least} 至 {most} 米之间", f"it is {least} to {most} m"))


def _bad_bandwidth(bandwidth_m: float, bounds: Text) -> InputRefused:
    return InputRefused(
        "bad_bandwidth",
        Text(
            f"带宽 {bandwidth_m:g} 米不可用：{bounds.zh}。",
            f"a bandwidth of {bandwidth_m:g} m cannot be taken: {bounds.en}.",
        ),
        place=Place(column="bandwidth", value=f"{bandwidth_m:g}"),
        remedy=Text(
            "请给出 50 到 800 米之间的带宽，或不给出，由交叉验证选定。",
            "Give one of 50 to 800 m, or none: cross-validation then chooses.",
        ),
    )


def reach(kernel: Kernel, bandwidth_m: float) -> float:
    """Return the distance in metres from which the kernel is 0."""
    return bandwidth_m if kernel == "quartic" else GAUSSIAN_CUT * bandwidth_m


def plane_kernel(kernel: Kernel, distance_m: Floats, bandwidth_m: float | Floats) -> Floats:
    """Return K_h(d) per m², of any shape.

    Quartic: 3/(πh²)·(1 − d²/h²)² for d < h. Gaussian: exp(−d²/2h²)/(2πh²), cut at 4h.
    """
    squared = np.square(distance_m / bandwidth_m)
    area = np.square(bandwidth_m)
    if kernel == "quartic":
        return np.asarray(np.square(np.maximum(1 - squared, 0)) * (3 / np.pi) / area)
    return np.asarray(np.where(squared < GAUSSIAN_CUT**2, np.exp(-squared / 2) / (2 * np.pi), 0) / area)
