"""The sample: a generated district in Beilin's place, for demonstrations, tests and benchmarks."""

from gridsvc.sample.files import SYNTHETIC, SampleFiles
from gridsvc.sample.generate import SEED, generate
from gridsvc.sample.load import Loaded, ensure, is_sample, load

__all__ = ["SEED", "SYNTHETIC", "Loaded", "SampleFiles", "ensure", "generate", "is_sample", "load"]
