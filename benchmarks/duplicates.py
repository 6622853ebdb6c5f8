"""Near-duplicates: the weights are fitted here, and judged on repeats that they were not fitted on.

`python -m benchmarks.duplicates FOLDER` reads the sample's files in FOLDER, prints precision and recall
beside the rules of distance and hours alone, and times a year; `--write` stores the weights in the package.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from gridsvc.cases.duplicates import judging
from gridsvc.cases.duplicates.blocking import Pairs
from gridsvc.cases.duplicates.evidence import FEATURES, gather_evidence
from gridsvc.cases.duplicates.incidents import link_incidents
from gridsvc.cases.duplicates.judging import Weights, shipped_weights
from gridsvc.sample import SampleFiles, generate
from gridsvc.sample.repeats import Labelled, label_repeats
from gridsvc.settings import shipped

Floats = NDArray[np.float64]

FIT_SEED, HELD_OUT_SEED = 1, 2
HALF = "2026-05-01"
PRECISION, RECALL = 0.90, 0.80
_AIMED = 0.92
_RULES = ((15.0, 72.0), (30.0, 72.0), (60.0, 168.0), (100.0, 720.0))


def class_names() -> dict[tuple[str, str], str]:
    """Return the names of the sample's classes by kind and code."""
    path = shipped("geodata") / "classes" / "gbt30428.2-2013.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            (row["kind"], row["major_code"] + row["minor_code"]): row["minor_name_zh"]
            for row in csv.DictReader(file)
        }


def evidence_of(labelled: Labelled) -> tuple[Pairs, Floats]:
    """Return all pairs and their evidence."""
    found = list(gather_evidence(labelled.told, np.arange(len(labelled.told))))
    pairs = Pairs(
        np.concatenate([each.pairs.later for each in found]),
        np.concatenate([each.pairs.earlier for each in found]),
    )
    return pairs, np.concatenate([each.values for each in found])


def precision_and_recall(
    labelled: Labelled, pairs: Pairs, probability: Floats, threshold: float
) -> tuple[float, float, int]:
    """Return the share of links that name the right incident, of duplicates that got one, and the links."""
    links = link_incidents(
        pairs.later,
        pairs.earlier,
        probability,
        labelled.told.opened,
        threshold=threshold,
        first_of={},
    )
    right = labelled.incident[links.later] == labelled.incident[links.first]
    count = len(links.later)
    return float(right.mean()) if count else 1.0, float(right.sum() / labelled.duplicate.sum()), count


def fit(reports: Path) -> Weights:
    """Fit the weights on the first half of the sample's year; the threshold is the first at `_AIMED`."""
    from sklearn.linear_model import LogisticRegression

    labelled = label_repeats(reports, class_names(), FIT_SEED, last=HALF)
    pairs, values = evidence_of(labelled)
    together = labelled.incident[pairs.later] == labelled.incident[pairs.earlier]
    model = LogisticRegression(C=10, max_iter=10_000).fit(values, together)
    weights = Weights(float(model.intercept_[0]), model.coef_[0], 0.5, {})
    probability = weights.probability(values)
    thresholds = np.round(np.arange(0.3, 0.96, 0.01), 2).tolist()
    reached = [
        each for each in thresholds if precision_and_recall(labelled, pairs, probability, each)[0] >= _AIMED
    ]
    return Weights(weights.base, weights.slopes, reached[0], {})


def judge(reports: Path, weights: Weights) -> dict[str, float]:
    """Return what the weights reach on the held-out half with other repeats."""
    labelled = label_repeats(reports, class_names(), HELD_OUT_SEED, first=HALF)
    pairs, values = evidence_of(labelled)
    probability = weights.probability(values)
    precision, recall, links = precision_and_recall(labelled, pairs, probability, weights.threshold)
    told = labelled.told
    metres = np.hypot(
        told.x_m[pairs.later] - told.x_m[pairs.earlier], told.y_m[pairs.later] - told.y_m[pairs.earlier]
    )
    hours = (told.opened[pairs.later] - told.opened[pairs.earlier]) / 3600
    print(f"{'rule':<28} {'precision':>9} {'recall':>7} {'links':>7}")
    for distance, within in _RULES:
        near = ((metres <= distance) & (hours <= within)) / (1 + metres)
        got = precision_and_recall(labelled, pairs, near, 1e-9)
        print(f"≤ {distance:.0f} m, {within:.0f} h{'':<16} {got[0]:>9.3f} {got[1]:>7.3f} {got[2]:>7,}")
    print(f"{'weights of the package':<28} {precision:>9.3f} {recall:>7.3f} {links:>7,}")
    return {
        "reports": len(told),
        "duplicates": int(labelled.duplicate.sum()),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
    }


def compare(reports: Path) -> bool:
    """Print what the weights of the package reach, and how long a year takes; say whether A6 is met."""
    reached = judge(reports, shipped_weights())
    labelled = label_repeats(reports, class_names(), HELD_OUT_SEED)
    start = time.perf_counter()
    evidence = _counted(labelled)
    print(f"{len(labelled.told):,} reports, {evidence:,} pairs: {time.perf_counter() - start:.1f} s")
    return reached["precision"] >= PRECISION and reached["recall"] >= RECALL


def _counted(labelled: Labelled) -> int:
    def sizes() -> Iterator[int]:
        for each in gather_evidence(labelled.told, np.arange(len(labelled.told))):
            shipped_weights().probability(each.values)
            yield len(each.pairs)

    return sum(sizes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sample's files; made when there are none")
    parser.add_argument("--write", action="store_true", help="fit anew and store in the package")
    arguments = parser.parse_args()
    files = SampleFiles(arguments.folder)
    if not files.complete():
        files = generate(arguments.folder)
    if arguments.write:
        weights = fit(files.reports)
        reached = judge(files.reports, weights)
        held = {
            "base": round(weights.base, 6),
            "slopes": {
                name: round(float(each), 6) for name, each in zip(FEATURES, weights.slopes, strict=True)
            },
            "threshold": weights.threshold,
            "fitted": {
                "on": f"repeats of the sample's reports before {HALF}, seed {FIT_SEED}",
                "held_out": f"repeats of the sample's reports from {HALF}, seed {HELD_OUT_SEED}",
            }
            | reached,
        }
        judging.WEIGHTS_FILE.write_bytes(orjson.dumps(held, option=orjson.OPT_INDENT_2) + b"\n")
        shipped_weights.cache_clear()
    sys.exit(0 if compare(files.reports) else 1)


if __name__ == "__main__":
    main()
