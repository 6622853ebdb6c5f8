"""Whether a cell has more than chance: exact tests, discovery control, descriptive scores."""

from gridsvc.hotspots.significance.testing import STATUSES, CellTests, Practical, test_cells

__all__ = ["STATUSES", "CellTests", "Practical", "test_cells"]
