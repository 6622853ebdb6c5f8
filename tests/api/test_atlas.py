"""The holder of atlas and gazetteer: an edition whose day comes while the service runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from gridsvc.api import atlas as room
from gridsvc.api.atlas import AtlasHolder
from gridsvc.gazetteer import find_places
from gridsvc.postgres import open_engine
from gridsvc.responsibility import atlas as atlas_room
from gridsvc.settings import Settings
from tests.api.conftest import NOW, Service
from tests.throwaway import Server
from tests.town import make_town


@pytest.fixture
def town(server: Server) -> Iterator[Engine]:
    """A town whose streets get new names a minute from now."""
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            make_town(connection)
            edition = connection.execute(
                text(
                    "INSERT INTO area_edition (name, level, effective_from, profile, code_rules, srid, source,"
                    " digest) SELECT 'next', level, :since, profile, code_rules, srid, source, 'next'"
                    " FROM area_edition WHERE level = 'street' RETURNING id"
                ),
                {"since": NOW + timedelta(minutes=1)},
            ).scalar_one()
            connection.execute(
                text(
                    "INSERT INTO area (edition_id, code, name, parent_code, area_m2, geom, geom_mm)"
                    " SELECT :edition, code, '新' || area.name, parent_code, area_m2, geom, geom_mm"
                    " FROM area JOIN area_edition AS old ON old.id = edition_id WHERE level = 'street'"
                ),
                {"edition": edition},
            )
        try:
            yield engine
        finally:
            engine.dispose()


def test_the_names_of_an_edition_are_found_from_its_day_on(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_LONGEST_WAIT_S", 0.05)
    now: list[datetime] = [NOW]
    holder = AtlasHolder(town, Settings(), lambda: now[0], lambda: None)
    holder.start()
    try:
        assert find_places(holder.gazetteer, "新甲街道").verdict != "certain"
        before = holder.gazetteer
        time.sleep(0.3)
        assert holder.gazetteer is before
        now[0] = NOW + timedelta(minutes=1)
        until = time.monotonic() + 20
        while holder.gazetteer is before and time.monotonic() < until:
            time.sleep(0.02)
        assert find_places(holder.gazetteer, "新甲街道").verdict == "certain"
        # Nothing more is waited for.
        assert holder._again is None
    finally:
        holder.stop()


def test_a_book_that_callers_made_grow_is_taken_anew_and_answers_alike(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder: AtlasHolder = service.app.state.context.holder
    first = service.call("POST", "/api/v1/resolve", json=service.question()).json()
    before = holder.current
    assert len(before.verdicts.verdicts) > 1
    monkeypatch.setattr(atlas_room, "MOST_VERDICTS", 1)
    assert holder.current is before, "who asks just then does not wait"
    until = time.monotonic() + 20
    while holder.current is before and time.monotonic() < until:
        time.sleep(0.02)
    assert holder.current is not before
    assert (holder.current.version, len(holder.current.verdicts.verdicts)) == (before.version, 1)
    monkeypatch.undo()
    assert service.call("POST", "/api/v1/resolve", json=service.question()).json() == first
