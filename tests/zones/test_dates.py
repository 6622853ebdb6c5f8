"""Whatever the order of imports: in its time a file is what holds, and at any other time nothing changes."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.zones import load_zones
from tests.zones.paperwork import day, load, make_world, table

DATES = [None, *(day(f"20{year}-01-01") for year in range(22, 27))]
PROBES = [day("2021-06-01")] + [
    moment for date in DATES if date is not None for moment in (date - timedelta(seconds=1), date)
]

imports = st.tuples(
    st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["U1", "U2"]), min_size=1),
    st.sampled_from(DATES),
    st.sampled_from(DATES),
    st.booleans(),
).filter(lambda each: each[2] is None or (each[1] is None or each[1] < each[2]))


def in_force(connection: Connection, at: datetime) -> dict[str, str | None]:
    zones = load_zones(connection, "patrol", at)
    assert len({zone.code for zone in zones}) == len(zones)
    return {zone.code: zone.unit_code for zone in zones}


def within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(imports, min_size=1, max_size=6))
def test_an_import_says_what_holds_in_its_time_and_touches_no_other(
    connection: Connection,
    given_imports: list[tuple[dict[str, str], datetime | None, datetime | None, bool]],
) -> None:
    with connection.begin_nested() as work, tempfile.TemporaryDirectory() as folder:
        world = make_world(connection, 3)
        cells = {code: world.code(k, 0) for k, code in enumerate("ABC")}
        for zones, since, until, only_these in given_imports:
            before = {at: in_force(connection, at) for at in PROBES}
            path = table(Path(folder) / "a.csv", [[code, unit, cells[code]] for code, unit in zones.items()])
            done = load(connection, path, effective=since, until=until, only_these=only_these)
            stored = {zone.code: zone for zone in load_zones(connection, "patrol", since or PROBES[0])}
            ends = {code: stored[code].effective_to for code in zones}
            assert all(until is None or (end is not None and end <= until) for end in ends.values())
            if not only_these:
                assert set(ends.values()) == {done.effective_to}
            for at in PROBES:
                expected = dict(before[at])
                if not only_these and within(at, since, done.effective_to):
                    expected = {}
                expected |= {code: unit for code, unit in zones.items() if within(at, since, ends[code])}
                assert in_force(connection, at) == expected, at
            again = load(connection, path, effective=since, until=until, only_these=only_these)
            assert (again.begun, again.ended, again.withdrawn) == (0, (), ())
        work.rollback()
