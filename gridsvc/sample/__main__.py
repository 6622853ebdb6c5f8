"""`python -m gridsvc.sample FOLDER [--seed N]`: write the sample's files."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from gridsvc.errors import Text
from gridsvc.sample import SEED, generate


def main() -> None:
    """Write the sample's files and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m gridsvc.sample", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; made when absent")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another district")
    arguments = parser.parse_args()
    started = time.perf_counter()

    def progress(step: Text) -> None:
        print(f"{time.perf_counter() - started:6.1f} s  {step.zh}  {step.en}", file=sys.stderr)

    files = generate(arguments.folder, arguments.seed, progress)
    for path in files.all():
        if path.is_file():
            print(f"{path}\t{path.stat().st_size:,}")


if __name__ == "__main__":
    main()
