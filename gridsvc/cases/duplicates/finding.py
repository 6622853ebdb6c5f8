"""`find_duplicates`: suggest which reports tell of an incident that was told before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
from sqlalchemy import Connection, text

from gridsvc.cases.duplicates.blocking import WINDOW_S
from gridsvc.cases.duplicates.evidence import gather_evidence
from gridsvc.cases.duplicates.incidents import link_incidents
from gridsvc.cases.duplicates.judging import Weights, shipped_weights
from gridsvc.cases.duplicates.reading import read_told
from gridsvc.cases.duplicates.told import Ints, Told
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.postgres import copy_rows

_SLAB = timedelta(days=60)
_WINDOW = timedelta(seconds=WINDOW_S)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search did: `reports` looked at (without a place of their own: `placeless`, never suggested).

    `suggested`: suggestions that stand now among them, of which `added` are new; `removed`: no longer likely.
    """

    reports: int
    placeless: int
    pairs: int
    suggested: int
    added: int
    changed: int
    removed: int

    def as_dict(self) -> dict[str, int]:
        """Return the numbers as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class _Link:
    report: int
    first: int
    probability: float
    evidence: str


def find_duplicates(connection: Connection, *, now: datetime, since: datetime | None = None) -> Found:
    """Suggest duplicates among the reports opened from `since` (aware; None: all) to `now`.

    Each names the first report of its incident, at most 30 days before it. No report is changed or deleted.
    What a person accepted or rejected stays; suggestions that nobody decided are brought up to date, so that
    a second search of the same reports changes nothing. Time is taken in stretches of 60 days, and memory is
    bounded by the reports of three months and what persons decided.

    Raises
    ------
    InputRefused
        `since_in_future`.
    """
    if since is not None and since > now:
        raise _since_in_future(since)
    connection.execute(text("LOCK TABLE report_duplicate IN SHARE ROW EXCLUSIVE MODE"))
    first = connection.scalar(text("SELECT min(opened_at) FROM report"))
    if first is None:
        return Found(0, 0, 0, 0, 0, 0, 0)
    begin = first if since is None else max(first, since)
    settled = _settled(connection, begin)
    weights = shipped_weights()
    _make_room(connection)
    # A stretch looks back 30 days, so of those before only the last one's links concern it.
    last: dict[int, int] = {}
    reports = placeless = pairs = suggested = 0
    for start, stop in _slabs(begin, now):
        read = read_told(connection, start - _WINDOW, stop)
        later = np.flatnonzero(read.told.opened >= int(np.floor(start.timestamp())))
        slab = _search(read.told, later, settled | last, weights)
        _hand_in(connection, slab.links)
        last = {link.report: link.first for link in slab.links}
        suggested += len(slab.links)
        pairs += slab.pairs
        reports += len(later)
        placeless += _placeless(connection, read.placeless, start)
    added, changed, removed = _store(connection, begin, now)
    return Found(reports + placeless, placeless, pairs, suggested, added, changed, removed)


@dataclass(frozen=True, slots=True)
class _Slab:
    links: list[_Link]
    pairs: int


def _search(told: Told, later: Ints, settled: dict[int, int], weights: Weights) -> _Slab:
    place = {report: number for number, report in enumerate(told.id.tolist())}
    first_of = {place[report]: place.get(first, -1) for report, first in settled.items() if report in place}
    later = later[[number not in first_of for number in later.tolist()]] if len(later) else later
    laters, earliers, chances, values = [], [], [], []
    compared = 0
    for evidence in gather_evidence(told, later):
        chance = weights.probability(evidence.values)
        likely = chance >= weights.threshold
        compared += len(evidence.pairs)
        laters.append(evidence.pairs.later[likely])
        earliers.append(evidence.pairs.earlier[likely])
        chances.append(chance[likely])
        values.append(evidence.values[likely])
    if not laters:
        return _Slab([], 0)
    later, earlier = np.concatenate(laters), np.concatenate(earliers)
    chance, value = np.concatenate(chances), np.concatenate(values)
    found = link_incidents(
        later, earlier, chance, told.opened, threshold=weights.threshold, first_of=first_of
    )
    return _Slab(
        [
            _Link(
                int(told.id[one]),
                int(told.id[first]),
                round(float(chance[row]), 6),
                orjson.dumps(
                    {"compared_with": int(told.id[earlier[row]]), **weights.reasons(value[row])}
                ).decode(),
            )
            for one, first, row in zip(
                found.later.tolist(), found.first.tolist(), found.row.tolist(), strict=True
            )
        ],
        compared,
    )


def _settled(connection: Connection, begin: datetime) -> dict[int, int]:
    """Return what this search leaves as it is: a report → the first of its incident, firsts → themselves."""
    rows = connection.execute(
        text(
            "SELECT d.report_id, d.earlier_id, d.decision FROM report_duplicate d"
            " JOIN report r ON r.id = d.report_id"
            " WHERE d.decision IS NOT NULL OR (r.opened_at < :begin AND r.opened_at >= :before)"
        ),
        {"begin": begin, "before": begin - 2 * _WINDOW},
    ).all()
    found: dict[int, int] = {}
    for row in rows:
        if row.decision == "rejected":
            found.setdefault(row.report_id, row.report_id)
        else:
            found[row.report_id] = row.earlier_id
            found[row.earlier_id] = row.earlier_id
    return found


def _slabs(begin: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give stretches of 60 days with the same borders at every search."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start = begin
    while start <= now:
        stop = epoch + ((start - epoch) // _SLAB + 1) * _SLAB
        yield start, min(stop, now + timedelta(microseconds=1))
        start = stop


def _placeless(connection: Connection, ids: Ints, start: datetime) -> int:
    """Return how many of these reports were opened from `start` on."""
    count = connection.scalar(
        text("SELECT count(*) FROM report WHERE id = ANY(:ids) AND opened_at >= :start"),
        {"ids": ids.tolist(), "start": start},
    )
    return int(count or 0)


def _make_room(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE duplicate_in (report_id bigint, earlier_id bigint, probability float8,"
            " evidence jsonb) ON COMMIT DROP"
        )
    )


def _hand_in(connection: Connection, links: list[_Link]) -> None:
    copy_rows(
        connection,
        "duplicate_in",
        ["report_id", "earlier_id", "probability", "evidence"],
        ((link.report, link.first, link.probability, link.evidence) for link in links),
    )


def _store(connection: Connection, begin: datetime, now: datetime) -> tuple[int, int, int]:
    """Bring the suggestions from `begin` on up to date; return how many were added, changed, removed."""
    connection.execute(text("ANALYZE duplicate_in"))
    # First what no longer holds goes: no statement may leave a duplicate of a duplicate behind.
    removed = connection.execute(
        text(
            "DELETE FROM report_duplicate d USING report r WHERE r.id = d.report_id AND d.decision IS NULL"
            " AND r.opened_at >= :begin AND r.opened_at <= :now AND NOT EXISTS (SELECT FROM duplicate_in i"
            " WHERE i.report_id = d.report_id AND i.earlier_id = d.earlier_id)"
        ),
        {"begin": begin, "now": now},
    ).rowcount
    changed = connection.execute(
        text(
            "UPDATE report_duplicate d SET probability = i.probability, evidence = i.evidence"
            " FROM duplicate_in i WHERE i.report_id = d.report_id AND d.decision IS NULL"
            " AND d.probability <> i.probability"
        )
    ).rowcount
    added = connection.execute(
        text(
            "INSERT INTO report_duplicate (report_id, earlier_id, probability, evidence, found_at)"
            " SELECT report_id, earlier_id, probability, evidence, :now FROM duplicate_in"
            " ON CONFLICT (report_id) DO NOTHING"
        ),
        {"now": now},
    ).rowcount
    connection.execute(text("DROP TABLE duplicate_in"))
    return added, changed, removed


def _since_in_future(since: datetime) -> InputRefused:
    return InputRefused(
        "since_in_future",
        Text(f"起始日 {since:%Y-%m-%d} 尚未到来。", f"{since:%Y-%m-%d} is still to come."),
        place=Place(column="since", value=f"{since:%Y-%m-%d}"),
        remedy=Text("请选择今天或更早的一天。", "Choose today or a day before."),
    )
