"""A PostGIS with the sample district, for the comparisons."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from gridsvc import sample
from gridsvc.postgres import ready_engine
from gridsvc.postgres.cluster import Cluster
from gridsvc.settings import Settings


@contextmanager
def sample_database() -> Iterator[tuple[Settings, Engine]]:
    """Give settings and an engine on a database that holds the sample.

    GRIDSVC_DATABASE_URL or GRIDSVC_HOME name a database to use and to keep; otherwise a cluster is made in a
    temporary folder and thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="gridsvc-bench-") as folder:
        own = not {"GRIDSVC_DATABASE_URL", "GRIDSVC_HOME"} & set(os.environ)
        if own:
            Path(folder).chmod(0o755)  # the server's account has to reach its own folder inside
            os.environ["GRIDSVC_HOME"] = folder
        settings = Settings()
        engine = ready_engine(settings, pool_size=16)
        try:
            with engine.begin() as connection:
                sample.ensure(connection, settings, lambda step: print(f"  {step.en}", flush=True))
            yield settings, engine
        finally:
            engine.dispose()
            if own:
                Cluster(settings).stop()
