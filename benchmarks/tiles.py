"""Vector tiles of a hundred thousand cells, z 10–16, beside tipg on the same database.

Both have one uvicorn worker, the same cells under the same kind of index, and no limit on the features of a
tile (tipg would leave out all after ten thousand; we leave out none). Both answer as they come: below zoom 14
our cells carry the code alone, tipg's all three columns, so the zooms above are judged apart, too. Our table
keeps each outline in the tiles' system too, computed at the import; tipg is given the outlines as they came.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import numpy as np
from sqlalchemy import Connection, Engine, text

from benchmarks.cells import add_cells, empty_database
from benchmarks.single import HOST, _free_port
from benchmarks.table import print_table, verdict
from gridsvc.access import add_key
from gridsvc.features import find_layer

ZOOMS = range(10, 17)
TILES_A_ZOOM = 60
CLIENTS = 8
CACHED_ROUNDS = 5
TIPG = "tipg==1.6.1"
_PEER = "peer"


def compare() -> bool:
    """Load each server with the same tiles, each once, then ours again from its memory; print the ratios."""
    with tempfile.TemporaryDirectory(prefix="gridsvc-tipg-") as folder, empty_database() as engine:
        python = _install(Path(folder))
        with engine.begin() as connection:
            box = add_cells(connection)
            _copy_for_peer(connection)
            key = add_key(connection, "bench-tiles", "planner")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        tiles = {z: _tiles(box, z) for z in ZOOMS}
        ours = {z: [f"/tiles/cells/{z}/{x}/{y}.mvt" for x, y in tiles[z]] for z in ZOOMS}
        path = f"/collections/{_PEER}.cells/tiles/WebMercatorQuad"
        theirs = {z: [f"{path}/{z}/{x}/{y}" for x, y in tiles[z]] for z in ZOOMS}
        features: dict[int, set[str]] = {}
        cold: dict[int, float] = {}
        cached: dict[int, float] = {}
        peer: dict[int, float] = {}
        with _serve_ours(engine) as port, _serve_tipg(engine, python) as other:
            _get(port, "/tiles/cells.json", key)
            _get(other, f"/collections/{_PEER}.cells", None)
            # By turns, zoom by zoom: whatever else the machine does then falls on both.
            for z in ZOOMS:
                cold[z] = _load(port, ours[z], key)
                peer[z] = _load(other, theirs[z], None)
                cached[z] = _load(port, ours[z] * CACHED_ROUNDS, key)
                features[z] = _features(_get(port, ours[z][0], key))
                apart = len(features[z] ^ _features(_get(other, theirs[z][0], None)))
                if apart:
                    raise RuntimeError(f"zoom {z}: {apart} cells are in one server's tile only")
    return _print(tiles, features, cold, cached, peer)


def _print(
    tiles: dict[int, list[tuple[int, int]]],
    features: dict[int, set[str]],
    cold: dict[int, float],
    cached: dict[int, float],
    peer: dict[int, float],
) -> bool:
    rows = []
    for z in ZOOMS:
        n = len(tiles[z])
        rows.append(
            (
                f"z {z}", str(n), f"{len(features[z]):,}", f"{n / peer[z]:,.1f}", f"{n / cold[z]:,.1f}",
                f"{n * CACHED_ROUNDS / cached[z]:,.0f}", f"{peer[z] / cold[z]:.1f}",
                f"{peer[z] / cached[z] * CACHED_ROUNDS:.0f}",
            )
        )  # fmt: skip
    print_table(
        f"Tiles of 100,000 cells: requests per second, {CLIENTS} clients, one worker each",
        (
            "zoom",
            "tiles",
            "cells of the first",
            "tipg",
            "ours cold",
            "ours cached",
            "cold ÷ tipg",
            "cached ÷ tipg",
        ),
        rows,
    )
    total = {
        name: sum(times.values()) for name, times in (("cold", cold), ("cached", cached), ("peer", peer))
    }
    alike = [z for z in ZOOMS if z >= find_layer("cells").full_from]
    ratio = sum(peer[z] for z in alike) / sum(cold[z] for z in alike)
    print(f"\nzoom {alike[0]} and above, same columns in both: {ratio:.2f} (no target of its own)")
    return all(
        [
            verdict("tiles made anew, all zooms: our rate over tipg's", total["peer"] / total["cold"], 2.0),
            verdict(
                "tiles from memory, all zooms: our rate over tipg's",
                total["peer"] / total["cached"] * CACHED_ROUNDS,
                10.0,
            ),
        ]
    )


def _install(folder: Path) -> Path:
    """Install tipg into an environment of its own and return its Python; end the run when that fails."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", TIPG, "uvicorn[standard]", "psycopg2-binary"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"tipg cannot be installed, so there is nothing to compare with:\n{done.stderr}")
    return python


def _copy_for_peer(connection: Connection) -> None:
    """Give tipg a table with the columns that our tiles carry, and a spatial index."""
    for statement in (
        f"CREATE SCHEMA {_PEER}",
        f"CREATE TABLE {_PEER}.cells AS SELECT code, name, parent_code, geom FROM area",
        f"ALTER TABLE {_PEER}.cells ADD PRIMARY KEY (code)",
        f"CREATE INDEX ON {_PEER}.cells USING gist (geom)",
    ):
        connection.execute(text(statement))


def _tiles(box: tuple[float, float, float, float], z: int) -> list[tuple[int, int]]:
    """Return up to TILES_A_ZOOM different tiles that the cells cover, drawn at random."""
    west, north = _number(box[0], box[3], z)
    east, south = _number(box[2], box[1], z)
    every = [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
    drawn = np.random.default_rng(z).permutation(len(every))[:TILES_A_ZOOM]
    return [every[n] for n in drawn]


def _number(lon: float, lat: float, z: int) -> tuple[int, int]:
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(down * 2**z)


@contextmanager
def _serve_ours(engine: Engine) -> Iterator[int]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GRIDSVC_")}
    own["GRIDSVC_DATABASE_URL"] = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "uvicorn", "--factory", "gridsvc.server:create_app"]
    with _serve(command, own, "/health/ready") as port:
        yield port


@contextmanager
def _serve_tipg(engine: Engine, python: Path) -> Iterator[int]:
    # tipg takes a socket's folder only where a host stands, quoted.
    folder = quote(str(engine.url.query["host"]), safe="")
    own = os.environ | {
        "DATABASE_URL": f"postgresql://{engine.url.username}@{folder}:5432/{engine.url.database}",
        "TIPG_DB_SCHEMAS": json.dumps([_PEER]),
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
    }
    with _serve([str(python), "-m", "uvicorn", "tipg.main:app"], own, "/healthz") as port:
        yield port


@contextmanager
def _serve(command: list[str], environment: dict[str, str], ready: str) -> Iterator[int]:
    port = _free_port()
    server = subprocess.Popen(
        [*command, "--host", HOST, "--port", str(port), "--log-level", "warning", "--no-access-log"],
        env=environment,
    )
    try:
        for _ in range(900):
            try:
                _get(port, ready, None)
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        else:
            raise RuntimeError(f"the server did not become ready: {' '.join(command)}")
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _get(port: int, path: str, key: str | None) -> bytes:
    request = urllib.request.Request(f"http://{HOST}:{port}{path}")
    if key is not None:
        request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=120) as answer:
        content: bytes = answer.read()
        return content


def _features(content: bytes) -> set[str]:
    """Return the codes of the cells with a corner inside a tile: its margin is each server's own."""
    import mapbox_vector_tile
    import shapely

    return {
        feature["properties"]["code"]
        for layer in mapbox_vector_tile.decode(content).values()
        for feature in layer["features"]
        if ((corners := shapely.get_coordinates(shapely.geometry.shape(feature["geometry"]))) > 0)
        .all(axis=1)[(corners < layer["extent"]).all(axis=1)]
        .any()
    }


def _load(port: int, paths: list[str], key: str | None) -> float:
    """Fetch all paths over CLIENTS connections, in a process apart; return the seconds that it took."""
    task = json.dumps({"host": HOST, "port": port, "paths": paths, "key": key, "clients": CLIENTS})
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fetch"], input=task, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)
