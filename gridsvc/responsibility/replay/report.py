"""What a replay found, as tables: decisions, units, classes, streets, deadlines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gridsvc.responsibility.replay.answers import DECISIONS, NEEDS_DECISION
from gridsvc.responsibility.replay.moves import MOVES, by_class, described
from gridsvc.responsibility.replay.replaying import Replay

Row = dict[str, Any]

_CLASS, _STREET, _UNIT_BEFORE, _UNIT_AFTER, _DECISION_BEFORE, _DECISION_AFTER, _MOVE = range(7)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a replay took; `peak_mb`: the most memory that the process ever held, in 10^6 bytes."""

    seconds: float
    peak_mb: float

    def as_dict(self, cases: int) -> Row:
        """Return plain values, for JSON."""
        return {
            "seconds": round(self.seconds, 2),
            "cases_per_second": round(cases / self.seconds) if self.seconds else None,
            "peak_memory_mb": round(self.peak_mb, 1),
        }


def report_of(found: Replay) -> Row:
    """Return a replay as plain values: the same for every replay of the same cases, in whatever batches.

    `cases` is `compared` with all of `set_aside`; the counts of `decisions`, of `units` before and after, of
    `classes`, `streets` and `deadlines` each add up to `compared`.
    """
    return {
        "before": found.before.name,
        "after": found.after.name,
        "cases": found.cases,
        "compared": found.compared,
        "changed": found.changed,
        "set_aside": {reason: count for reason, count in sorted(found.set_aside.items()) if count},
        "other_schemes": dict(sorted(found.other_schemes.items())),
        "translated": _translated(found),
        "decisions": _decisions(found),
        "needs_decision": _needs_decision(found),
        "units": _units(found),
        "unit_changes": _flows(found),
        "classes": _classes(found),
        "streets": _streets(found),
        "deadlines": {
            **_moves(found),
            "elapsed": described(by_class(found.moves.elapsed)),
            "working": described(by_class(found.moves.working)),
        },
        "areas_changed": {level: count for level, count in found.areas.items() if count},
        "street_changes": _street_changes(found),
        "examples": [example.as_dict() for example in found.shown],
    }


def _sum(found: Replay, wanted: Callable[[tuple[int, ...]], bool]) -> int:
    return sum(count for key, count in found.cube.items() if wanted(key))


def _moves(found: Replay) -> Row:
    counts: Counter[int] = Counter()
    for key, count in found.cube.items():
        counts[key[_MOVE]] += count
    return {name: counts[number] for number, name in enumerate(MOVES)}


def _translated(found: Replay) -> list[Row]:
    return [
        {"side": side, "from": pair[0], "to": pair[1], "cases": count}
        for side, each in (("before", found.before), ("after", found.after))
        for pair, count in sorted(each.translation.used.items())
    ]


def _decisions(found: Replay) -> list[Row]:
    counts: Counter[tuple[int, int]] = Counter()
    for key, count in found.cube.items():
        counts[key[_DECISION_BEFORE], key[_DECISION_AFTER]] += count
    return [
        {"before": DECISIONS[before], "after": DECISIONS[after], "cases": count}
        for (before, after), count in sorted(counts.items())
    ]


def _needs_decision(found: Replay) -> Row:
    before = _sum(found, lambda key: key[_DECISION_BEFORE] == NEEDS_DECISION)
    after = _sum(found, lambda key: key[_DECISION_AFTER] == NEEDS_DECISION)
    became = sum(found.undecidable.values())
    why = [
        {**_class_key(found, class_), "reason": zh, "reason_en": en, "cases": count}
        for (class_, zh, en), count in found.undecidable.items()
    ]
    return {
        "before": before,
        "after": after,
        "became": became,
        "no_more": before - after + became,
        "why": sorted(
            why, key=lambda row: (-row["cases"], row["scheme"], row["kind"], row["class"], row["reason"])
        ),
    }


def _units(found: Replay) -> list[Row]:
    """Return who gains and loses; the row without a code is of the cases that lead to no unit."""
    rows: dict[int, Row] = {}
    for key, count in found.cube.items():
        before, after = key[_UNIT_BEFORE], key[_UNIT_AFTER]
        for unit in (before, after):
            rows.setdefault(unit, {**_unit(found, unit), "before": 0, "after": 0, "gained": 0, "lost": 0})
        rows[before]["before"] += count
        rows[after]["after"] += count
        if before != after:
            rows[before]["lost"] += count
            rows[after]["gained"] += count
    return sorted(rows.values(), key=lambda row: (-row["gained"] - row["lost"], row["unit"] or ""))


def _flows(found: Replay) -> list[Row]:
    counts: Counter[tuple[int, int]] = Counter()
    for key, count in found.cube.items():
        if key[_UNIT_BEFORE] != key[_UNIT_AFTER]:
            counts[key[_UNIT_BEFORE], key[_UNIT_AFTER]] += count
    rows = [
        {"from": _unit(found, before), "to": _unit(found, after), "cases": count}
        for (before, after), count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["cases"], row["from"]["unit"] or "", row["to"]["unit"] or ""))


def _classes(found: Replay) -> list[Row]:
    elapsed: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    working: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    for split, whole in ((elapsed, found.moves.elapsed), (working, found.moves.working)):
        for key, count in whole.items():
            split[key[0]][key] = count
    rows = [
        {
            **_class_key(found, class_),
            **counts,
            "elapsed": described(by_class(elapsed[class_])),
            "working": described(by_class(working[class_])),
            "units": units,
        }
        for class_, counts, units in _by(found, _CLASS)
    ]
    return sorted(rows, key=lambda row: (row["scheme"], row["kind"], row["class"]))


def _streets(found: Replay) -> list[Row]:
    names = _street_names(found)
    register = found.registers.areas["street"]
    rows = [
        {"street": (code := register[street]), "name": names.get(code), **counts, "units": units}
        for street, counts, units in _by(found, _STREET)
    ]
    return sorted(rows, key=lambda row: row["street"] or "")


def _by(found: Replay, dimension: int) -> Iterable[tuple[int, Row, list[Row]]]:
    """Return the counts of a dimension, and which units gain and lose there."""
    counted: dict[int, Row] = {}
    gained: dict[int, Counter[int]] = defaultdict(Counter)
    lost: dict[int, Counter[int]] = defaultdict(Counter)
    for key, count in found.cube.items():
        row = counted.setdefault(
            key[dimension],
            {"cases": 0, "other_unit": 0, "undecidable": 0, "decidable": 0, "earlier": 0, "later": 0},
        )
        row["cases"] += count
        if key[_UNIT_BEFORE] != key[_UNIT_AFTER]:
            row["other_unit"] += count
            lost[key[dimension]][key[_UNIT_BEFORE]] += count
            gained[key[dimension]][key[_UNIT_AFTER]] += count
        had, has = (key[each] == NEEDS_DECISION for each in (_DECISION_BEFORE, _DECISION_AFTER))
        if had != has:
            row["undecidable" if has else "decidable"] += count
        if MOVES[key[_MOVE]] in ("earlier", "later"):
            row[MOVES[key[_MOVE]]] += count
    for value, row in counted.items():
        units = [
            {**_unit(found, unit), "gained": gained[value][unit], "lost": lost[value][unit]}
            for unit in gained[value].keys() | lost[value].keys()
        ]
        yield value, row, sorted(units, key=lambda each: (-each["gained"] - each["lost"], each["unit"] or ""))


def _street_changes(found: Replay) -> list[Row]:
    register = found.registers.areas["street"]
    rows = [
        {"from": register[before], "to": register[after], "cases": count}
        for (before, after), count in found.streets.items()
    ]
    return sorted(rows, key=lambda row: (-row["cases"], row["from"] or "", row["to"] or ""))


def _class_key(found: Replay, class_: int) -> Row:
    row = found.before.atlas.classes.rows[class_]
    return {"scheme": row.scheme, "kind": row.kind, "class": row.code, "name": row.name}


def _unit(found: Replay, unit: int) -> Row:
    code = found.registers.units[unit]
    names = found.after.atlas.units
    return {"unit": code, "name": names.get(code) if code is not None else None}


def _street_names(found: Replay) -> dict[str | None, str]:
    return {
        code: name
        for side in (found.before, found.after)
        for moment in side.atlas.moments
        if (layer := moment.grid.layers.get("street")) is not None
        for code, name in zip(layer.codes, layer.names, strict=True)
    }
