"""Classes of the database by what they are called."""

from __future__ import annotations

from sqlalchemy import Connection

from gridsvc.catalog.class_index import ClassIndex
from gridsvc.catalog.class_words import load_words
from gridsvc.catalog.classes import Class, load_classes
from gridsvc.catalog.crosswalk import load_links


def load_class_index(connection: Connection) -> ClassIndex:
    """Return the index of every class of the database; it is built in about a tenth of a second."""
    return ClassIndex(load_classes(connection), load_words(connection), load_links(connection))


def find_classes(connection: Connection, text: str, scheme: str | None = None) -> list[Class]:
    """Return the classes that a text may mean, the likeliest first (see ClassIndex.find)."""
    return [hit.class_ for hit in load_class_index(connection).find(text, scheme=scheme)]
