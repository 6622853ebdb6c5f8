"""The sample's grid has none of the faults that the topology report looks for."""

from __future__ import annotations

from gridsvc.geography.checking import FileColumns, Limits, Things, check_file, parents_from_file
from gridsvc.sample.files import SampleFiles


def test_no_fault_in_cells_communities_and_streets(files: SampleFiles) -> None:
    levels = (("cell", files.cells, files.communities, "community"),)
    levels += (("community", files.communities, files.streets, "street"),)
    for level, file, upper, above in levels:
        report = check_file(
            file,
            FileColumns(code="code"),
            level=level,
            profile="gbt",
            limits=Limits(),
            parents=parents_from_file(upper, level=above, code_column="code"),
        )
        # Parks and lakes are cells of their own, and large ones.
        faults = [each for each in report.findings if each.severity != "info" and each.kind != "large_area"]
        assert [each.message.en for each in faults] == []
        assert len(report.findings) < 0.02 * len(report.codes)
        assert report.against == upper.name


def test_streets_are_found_to_cross_cells(files: SampleFiles) -> None:
    report = check_file(
        files.cells,
        FileColumns(code="code"),
        level="cell",
        profile="gbt",
        limits=Limits(),
        things=Things(components=files.roads),
    )
    cut = [each for each in report.findings if each.kind == "cuts_component"]
    assert all(each.length_m is not None and each.length_m > 0.5 for each in cut)
    assert all(each.share is not None and 0 < each.share < 1 and len(each.codes) > 1 for each in cut)
    assert cut
