"""Repeat reports with the truth about them: the sample's reports as incidents, told again by others.

Nothing of this is in the sample that is loaded: it is what duplicate detection is fitted on and judged by.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridsvc.cases.duplicates.persistence import comparable_name, persistence_hours
from gridsvc.cases.duplicates.told import USUAL_ACCURACY_M, Told
from gridsvc.geography.projection import to_millimetres
from gridsvc.sample.wording import CLOSERS, OPENERS, SOURCES, WHERE, compose_text

Words = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SRID = 4545
_NOISE_M = np.array([4.0, 25.0, 6.0, 9.0, 15.0])
"""Of a repeat's place, by SOURCES: a hotline's is read off an address, a phone's is a phone's."""
_REPEATS = np.array([0.18, 0.42, 0.10, 0.28, 0.02])
"""Share of SOURCES among repeats: who tells a second time is rarely the inspector."""
_STATED = 0.6
_PER_INCIDENT, _UNEVEN = 0.14, 0.6
"""Mean number of repeats of an incident, and the shape of its gamma: a few are told by everybody."""
_BESIDE, _AGAIN = 0.06, 0.05
"""Shares of incidents that get another one beside them at the time, or at the place after closing."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Reports in the order of time, and the incident that each tells of, shape (n,)."""

    told: Told
    incident: Ints

    @property
    def duplicate(self) -> NDArray[np.bool_]:
        """Return which reports tell of an incident that one before them told."""
        first = np.unique(self.incident, return_index=True)[1]
        later = np.ones(len(self.incident), bool)
        later[first] = False
        return later


@dataclass(slots=True, eq=False)
class _Drawn:
    """Columns while they are made; see Told."""

    incident: Ints
    x: Floats
    y: Floats
    accuracy: Floats
    name: Words
    kind: Words
    opened: Floats
    closed: Floats
    source: Ints
    words: Words
    address: Words

    @classmethod
    def joined(cls, parts: Sequence[_Drawn]) -> _Drawn:
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def rows(self, index: Ints) -> _Drawn:
        return _Drawn(*(getattr(self, name)[index].copy() for name in self.__slots__))


def label_repeats(
    reports: Path, class_names: dict[tuple[str, str], str], seed: int, *, first: str = "", last: str = "9"
) -> Labelled:
    """Return the sample's reports opened from `first` to before `last` (dates), with repeats added.

    Repeats come within the life of the incident (one in twelve after its closing), by other channels, at
    places with the noise of the channel and stated accuracies that are wrong, in the same words, a part of
    them or quite other words of the class, with addresses that differ; one in sixteen is filed under a class
    that people confuse. Beside them are other incidents that look alike: next to one at the same time, and at
    the same place after the closing.
    """
    rng = np.random.default_rng([seed, 10])
    base = _incidents(reports, class_names, first, last)
    said = _said_by_class(base)
    beside = _other_incident(rng, base, said, _BESIDE, after_closing=False)
    again = _other_incident(rng, base, said, _AGAIN, after_closing=True)
    beside.incident = len(base.incident) + np.arange(len(beside.incident))
    again.incident = len(base.incident) + len(beside.incident) + np.arange(len(again.incident))
    every = _Drawn.joined([base, beside, again])
    return _labelled(_Drawn.joined([every, _repeats(rng, every, said)]))


def _incidents(path: Path, class_names: dict[tuple[str, str], str], first: str, last: str) -> _Drawn:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lon"] and first <= row["opened"][:10] < last]
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    x, y = to_millimetres(SRID, lon, lat)
    opened = np.array([datetime.fromisoformat(row["opened"]).timestamp() for row in rows])
    closed = np.array(
        [datetime.fromisoformat(row["closed"]).timestamp() if row["closed"] else np.inf for row in rows]
    )
    return _Drawn(
        np.arange(len(rows)),
        x / 1000,
        y / 1000,
        np.full(len(rows), np.nan),
        np.array([class_names[row["kind"], row["class"]] for row in rows], object),
        np.array([row["kind"] for row in rows], object),
        opened,
        np.where(closed < opened, np.inf, closed),
        np.array([SOURCES.index(row["source"]) for row in rows]),
        np.array([row["text"] for row in rows], object),
        np.array([row["address"] for row in rows], object),
    )


def _said_by_class(drawn: _Drawn) -> dict[str, Words]:
    """Return the phrases of each class without who opens and who closes."""
    found: dict[str, list[str]] = {}
    for name, words, address in zip(drawn.name, drawn.words, drawn.address, strict=True):
        found.setdefault(str(name), []).append(_core(str(words), str(address)))
    return {name: np.array([each for each in said if each] or [name], object) for name, said in found.items()}


def _core(words: str, address: str) -> str:
    for opener in sorted({each for group in OPENERS for each in group if each}, key=len, reverse=True):
        if words.startswith(opener):
            words = words[len(opener) :]
            break
    for closer in sorted({each for group in CLOSERS for each in group if each}, key=len, reverse=True):
        if words.endswith(closer):
            words = words[: -len(closer)]
            break
    return words.removeprefix(address) if address else words


def _other_incident(
    rng: np.random.Generator, base: _Drawn, said: dict[str, Words], share: float, *, after_closing: bool
) -> _Drawn:
    """Draw incidents that are not those of `base` and look like them."""
    able = np.isfinite(base.closed) if after_closing else np.ones(len(base.x), bool)
    chosen = np.flatnonzero(able & (rng.random(len(base.x)) < share))
    made = base.rows(chosen)
    count = len(chosen)
    stays = _stays(made)
    life = np.where(np.isfinite(made.closed), made.closed - made.opened, stays)
    if after_closing:
        away = rng.exponential(4.0, count)
        made.opened = base.closed[chosen] + stays * rng.uniform(0.1, 2.0, count)
    else:
        away = rng.uniform(8.0, 60.0, count)
        made.opened = made.opened + stays * rng.uniform(0.0, 0.8, count)
        made.address = _address(rng, made.address, elsewhere=True)
    turn = rng.uniform(0, 2 * np.pi, count)
    made.x, made.y = made.x + away * np.cos(turn), made.y + away * np.sin(turn)
    made.closed = made.opened + life
    made.source = rng.choice(len(SOURCES), count, p=(0.6, 0.2, 0.08, 0.1, 0.02))
    made.words = compose_text(rng, made.source, made.address, _phrases(rng, made.name, said))
    return made


def _repeats(rng: np.random.Generator, every: _Drawn, said: dict[str, Words]) -> _Drawn:
    """Draw who tells the incidents again, and when, where and how."""
    number = rng.poisson(rng.gamma(_UNEVEN, _PER_INCIDENT / _UNEVEN, len(every.x)))
    of = np.repeat(np.arange(len(every.x)), number)
    made = every.rows(of)
    count = len(of)
    stays = _stays(made)
    life = np.minimum(np.where(np.isfinite(made.closed), made.closed - made.opened, stays), 2 * stays)
    delay = np.minimum(rng.exponential(0.4, count), 1.0) * life
    late = rng.random(count) < 1 / 12
    delay = np.where(late, life + rng.uniform(0, 0.3, count) * stays, delay)
    made.source = rng.choice(len(SOURCES), count, p=_REPEATS)
    noise = _NOISE_M[made.source] * np.where(rng.random(count) < 0.05, 4.0, 1.0)
    made.x, made.y = made.x + rng.normal(0, noise), made.y + rng.normal(0, noise)
    stated = _NOISE_M[made.source] * rng.lognormal(0.1, 0.4, count)
    made.accuracy = np.where(rng.random(count) < _STATED, stated, np.nan)
    first_words = made.words.copy()
    core = np.array(
        [_core(str(w), str(a)) for w, a in zip(made.words, made.address, strict=True)], dtype=object
    )
    made.address = _address(rng, made.address, elsewhere=False)
    half = np.array([words[: max(6, len(words) * 2 // 3)] for words in core], dtype=object)
    other = _phrases(rng, made.name, said)
    chance = rng.random(count)
    phrase = np.select([chance < 0.40, chance < 0.58], [core, half], other).astype(object)
    phrase = np.where(phrase == "", other, phrase)
    made.words = compose_text(rng, made.source, made.address, phrase)
    made.words[(rng.random(count) < 0.03) | (first_words == "")] = ""
    # A few are filed under another class that people take it for.
    confused = rng.random(count) < 1 / 16
    groups: dict[str, list[str]] = {}
    for name in sorted(said):
        groups.setdefault(comparable_name(name), []).append(name)
    for k in np.flatnonzero(confused):
        names = groups[comparable_name(str(made.name[k]))]
        made.name[k] = names[int(rng.integers(len(names)))]
    made.opened = made.opened + delay
    return made


def _stays(drawn: _Drawn) -> Floats:
    """Return the seconds that the incidents stay to be seen."""
    pairs = list(zip(drawn.kind, drawn.name, strict=True))
    hours = {pair: persistence_hours(str(pair[0]), str(pair[1])) for pair in set(pairs)}
    return np.array([hours[pair] for pair in pairs]) * 3600


def _phrases(rng: np.random.Generator, names: Words, said: dict[str, Words]) -> Words:
    found = np.empty(len(names), object)
    for k, (name, draw) in enumerate(zip(names, rng.random(len(names)), strict=True)):
        options = said[str(name)]
        found[k] = options[int(draw * len(options))]
    return found


def _address(rng: np.random.Generator, given: Words, *, elsewhere: bool) -> Words:
    """Return the addresses as somebody else would give them; `elsewhere`: of a place some doors on."""
    found = given.copy()
    steps = rng.choice((2, 4, 6, 8) if elsewhere else (0, 0, 0, 0, 2, -2), len(given))
    where = rng.integers(len(WHERE), size=len(given))
    chance = rng.random(len(given))
    for k, address in enumerate(given):
        text = str(address)
        for word in WHERE:
            text = text.removesuffix(word)
        road, digits = text.rstrip("号楼"), ""
        while road and road[-1].isdigit():
            road, digits = road[:-1], road[-1] + digits
        if digits:
            text = road + str(max(1, int(digits) + int(steps[k]))) + text[len(road) + len(digits) :]
        if not elsewhere and chance[k] < 0.25:
            text = road if digits else text
        found[k] = "" if not elsewhere and chance[k] > 0.9 else text + WHERE[where[k]]
    return found


def _labelled(drawn: _Drawn) -> Labelled:
    # The first of an incident is the one opened first: ties go by the order in which they were made.
    order = np.lexsort((np.arange(len(drawn.opened)), drawn.opened))
    drawn = drawn.rows(order)
    _, group = np.unique([comparable_name(str(name)) for name in drawn.name], return_inverse=True)
    _, index = np.unique(drawn.name.astype(str), return_inverse=True)
    told = Told(
        np.arange(1, len(order) + 1),
        drawn.x,
        drawn.y,
        np.where(np.isnan(drawn.accuracy), USUAL_ACCURACY_M, drawn.accuracy),
        group,
        index,
        _stays(drawn) / 3600,
        np.rint(drawn.opened).astype(np.int64),
        drawn.closed,
        drawn.source,
        drawn.words.tolist(),
        drawn.address.tolist(),
    )
    return Labelled(told, drawn.incident)
