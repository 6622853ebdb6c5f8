"""Poisson gradient boosting on what is known of a cell and its surroundings (M1 of 3.9)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Text
from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps
from gridsvc.hotspots.forecasting.features import RISING, Features
from gridsvc.hotspots.forecasting.methods import Estimate, Method, Rule
from gridsvc.hotspots.forecasting.shrinking import HALF_LIVES, Shrinkage

Floats = NDArray[np.float64]
_WARM_UP = 8
_ROWS = 400_000
_LEAST_REPORTS = 200


def boosted(ground: Ground, seed: int, on_shrunk: bool = True) -> Method:
    """Return M1; with `on_shrunk` the offset is the empirical-Bayes forecast, without it the size of a cell.

    An offset in a Poisson model is a rate: the target is count / offset with the offset as its weight. On the
    shrunk forecast boosting learns only what that leaves over. Nothing is drawn but the seed of the library,
    which does not subsample: the same past gives the same forecast.
    """
    features = Features(ground)
    shrinkage = Shrinkage(ground, ("cells", "size", "regression"))

    def fit(past: Cube) -> Rule:
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        steps = len(past.steps)
        wanted = min(steps - _WARM_UP, max(_ROWS // ground.cells, 1))
        choice = shrinkage.choose(past, HALF_LIVES)

        def offset_of(before: Cube, ahead: Steps) -> Floats:
            if not on_shrunk:
                return ground.offset
            return np.maximum(shrinkage.estimate(before, ahead, choice).mean, 1e-6)

        if wanted < 1 or past.counts[:, -wanted:].sum() < _LEAST_REPORTS:
            return lambda later, ahead: shrinkage.estimate(later, ahead, choice)
        table = features.tables(past, past.steps.only(steps - 1, steps), wanted)[:, :-1]
        offset = np.stack(
            [
                offset_of(past.before(step), past.steps.only(step, step + 1))
                for step in range(steps - wanted, steps)
            ],
            axis=1,
        )
        counts = past.counts[:, -wanted:]
        model = HistGradientBoostingRegressor(
            loss="poisson",
            learning_rate=0.06,
            max_iter=40 if on_shrunk else 120,
            max_leaf_nodes=8,
            min_samples_leaf=200,
            l2_regularization=10.0,
            max_bins=64,
            monotonic_cst=None if on_shrunk else RISING,
            early_stopping=False,
            random_state=seed,
        )
        # Its threads wait for each other in a spin; beside other work one of them is faster than all.
        with threadpool_limits(1):
            model.fit(
                table.reshape(-1, table.shape[2]),
                (counts / offset).ravel(),
                sample_weight=offset.ravel(),
            )

        def rule(later: Cube, ahead: Steps) -> Estimate:
            row = features.tables(later, ahead, 0)[:, 0]
            base = shrinkage.estimate(later, ahead, choice)
            with threadpool_limits(1):
                ratio = np.asarray(model.predict(row))
            return Estimate(ratio * (base.mean if on_shrunk else ground.offset), base.shape)

        return rule

    name = "boosting" if on_shrunk else "boosting_size"
    return Method(name, Text("泊松提升", "Poisson boosting"), fit, baseline=False)
