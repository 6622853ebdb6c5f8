"""The parameters of a question for features, read strictly: unknown, doubled and faulty ones are refused."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request

from gridsvc.api.parameters import read_parameters
from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.features import (
    ALL_TIME,
    DEFAULT,
    LANGUAGES,
    Collection,
    Question,
    Span,
    System,
    compile_filter,
    find_system,
    read_bbox,
    read_filter,
    read_instant,
    read_span,
)

DEFAULT_LIMIT = 100
MOST_LIMIT = 10_000
ITEMS_PARAMETERS = (
    "f",
    "limit",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "token",
)
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ItemsRequest:
    """What is asked, and what was said: the parameters without the token, which a `next` link repeats."""

    question: Question
    said: list[tuple[str, str]]
    pinned: datetime | None
    """The present of the first page, when no time was asked for: all pages answer for one instant."""
    token: str | None


def read_limit(text: str | None) -> int:
    """Read `limit`; above the maximum it is the maximum."""
    if text is None:
        return DEFAULT_LIMIT
    if _DIGITS.fullmatch(text) is None or not text.strip("0"):
        raise WrongUsage(
            "bad_limit",
            Text("limit 应为不小于 1 的整数。", "limit is a whole number of at least 1."),
            place=Place(column="limit", value=text),
        )
    return MOST_LIMIT if len(text.lstrip("0")) > 9 else min(int(text), MOST_LIMIT)


def read_items_request(
    request: Request, collection: Collection, systems: list[System], now: datetime
) -> ItemsRequest:
    """Read what is asked of a collection's items.

    Raises:
        WrongUsage: any parameter is unknown or faulty.
    """
    properties = collection.named()
    given = read_parameters(request, (*ITEMS_PARAMETERS, *properties), ("json", "geojson"))
    system = find_system(given["crs"], "crs", systems) if "crs" in given else DEFAULT
    pinned, after = read_token(given.get("token"), collection)
    if "datetime" in given:
        span = read_span(given["datetime"])
        pinned = None
    elif collection.timed:
        pinned = pinned or now
        span = Span.at(pinned)
    else:
        span = ALL_TIME
    box_system = find_system(given["bbox-crs"], "bbox-crs", systems) if "bbox-crs" in given else DEFAULT
    filter_system = (
        find_system(given["filter-crs"], "filter-crs", systems) if "filter-crs" in given else DEFAULT
    )
    question = Question(
        collection,
        span,
        read_limit(given.get("limit")),
        system,
        read_bbox(given["bbox"], box_system) if "bbox" in given else None,
        {name: properties[name].read(value) for name, value in given.items() if name in properties},
        _filter(given, collection, filter_system),
        after,
    )
    said = [(name, value) for name, value in given.items() if name != "token"]
    return ItemsRequest(question, said, pinned, given.get("token"))


def _filter(given: dict[str, str], collection: Collection, system: System) -> Any:
    language = given.get("filter-lang", "cql2-text")
    for each in LANGUAGES:
        if each == language:
            if "filter" not in given:
                return None
            return compile_filter(read_filter(given["filter"], each), collection.named(), system)
    raise WrongUsage(
        "bad_filter_lang",
        Text("filter-lang 应为 cql2-text 或 cql2-json。", "filter-lang is cql2-text or cql2-json."),
        place=Place(column="filter-lang", value=language),
    )


def write_token(keys: tuple[Any, ...], pinned: datetime | None) -> str:
    """Return the place behind a feature, and the instant that the first page told, as an opaque text."""
    plain = orjson.dumps([pinned and pinned.isoformat(), *keys])
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def read_token(text: str | None, collection: Collection) -> tuple[datetime | None, tuple[Any, ...] | None]:
    """Read what `write_token` wrote; the first page has neither.

    Raises:
        WrongUsage: `bad_token`.
    """
    if text is None:
        return None, None
    try:
        pinned, *keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        instant = None if pinned is None else read_instant(pinned)
        # The columns' own types, as the last feature of a page had them.
        kinds = {
            ("edition_id", "code"): (int, str),
            ("id",): (str,) if "id" in collection.named() else (int,),
        }[collection.keys]
        if tuple(type(each) for each in keys) != kinds:
            raise ValueError(text)
        if any("\0" in each if isinstance(each, str) else not 0 <= each < 2**31 for each in keys):
            raise ValueError(text)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise WrongUsage(
            "bad_token",
            Text("token 不是本服务给出的。", "This token was not given by this service."),
            place=Place(column="token"),
        ) from None
    return instant, tuple(keys)
