"""Alembic's entry: the URL comes from `config.attributes['connection']` or GRIDSVC_DATABASE_URL."""

from __future__ import annotations

import os

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, create_engine

import gridsvc.access.tables
import gridsvc.cases.duplicates.tables
import gridsvc.cases.tables
import gridsvc.catalog.tables
import gridsvc.gazetteer.tables
import gridsvc.geography.tables
import gridsvc.handling.tables
import gridsvc.hotspots.exposure.tables
import gridsvc.hotspots.records.tables
import gridsvc.hotspots.spots.tables
import gridsvc.patrol.plans.tables
import gridsvc.roads.tables
import gridsvc.tracks.tables
import gridsvc.zones.tables  # noqa: F401  each registers its tables
from gridsvc.postgres.metadata import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(os.environ["GRIDSVC_DATABASE_URL"]).connect() as fresh:
        run(fresh)
