"""The sample: a generated district in Beilin's place, for demonstrations, tests and benchmarks."""

from gridsvc.sample.files import SampleFiles
from gridsvc.sample.generate import SEED, generate

__all__ = ["SEED", "SampleFiles", "generate"]
