"""The coverage matrix of a specification, with the reports of the last months on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.cases.history import report_batches
from gridsvc.cases.lint_world import layers_at
from gridsvc.handling.comparing import Trial, read_sides
from gridsvc.responsibility import Resolutions, load_atlas, resolve
from gridsvc.responsibility.coverage.matrix import Coverage, cover
from gridsvc.settings import Settings


def cover_specification(
    connection: Connection, settings: Settings, given: str | datetime, trial: Trial, since: datetime | None
) -> Coverage:
    """Return the matrix of an edition by name, of those in force at an instant, or of a file.

    Everything is held against the grid of `trial.now`, and the edition is taken to be in force from ever:
    the reports since `since` (None: none) are decided as if it had been. A file is loaded: the caller undoes
    that (see `read_sides`).

    Raises:
        NotFound: `unknown_edition`, `nothing_in_force`.
        InputRefused: `no_streets`, `no_clauses`; what an import says of a file.
    """
    (side,) = read_sides(connection, [given], trial)
    atlas = load_atlas(
        connection,
        settings,
        layers=[replace(layer, effective_from=None) for layer in layers_at(connection, trial.now)],
        specifications=[
            replace(each, effective_from=None, withdrawn_at=None) for each in side.specifications
        ],
    )
    (index,) = atlas.moment_at(_microseconds(trial.now))

    def real(since: datetime) -> Iterator[Resolutions]:
        for batch in report_batches(connection, since=since, until=trial.now):
            yield resolve(atlas, batch.queries)

    return cover(atlas, atlas.moments[index], None if since is None else real(since))


def _microseconds(at: datetime) -> NDArray[np.int64]:
    return np.array([round(at.timestamp() * 1_000_000)], np.int64)
