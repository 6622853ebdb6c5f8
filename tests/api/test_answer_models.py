"""What the documentation says an answer holds is what an answer holds: no field more, none less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel
from sqlalchemy import Connection

from gridsvc.api.answers import FactList, Resolution
from gridsvc.api.catalogue_answers import ClassList
from gridsvc.api.report_answers import ReportFiled, ReportPage, ReportView
from gridsvc.api.service_answers import Problem, Readiness, SessionAnswer
from gridsvc.responsibility import resolve
from tests.api.conftest import Service
from tests.responsibility.hard_town.loading import load_town, table
from tests.responsibility.test_hard_cases import asked_together, question


def fields(value: Any) -> Any:
    """The names of the fields of an answer, at every depth."""
    if isinstance(value, dict):
        return {name: fields(each) for name, each in value.items()}
    return [fields(each) for each in value] if isinstance(value, list) else None


def same_fields(model: type[BaseModel], answer: Any) -> None:
    read = model.model_validate(answer)
    written = orjson.loads(read.model_dump_json(by_alias=True, exclude_unset=True))
    assert fields(written) == fields(answer)


def test_every_hard_case_is_answered_as_documented(connection: Connection, tmp_path: Path) -> None:
    found = resolve(
        load_town(connection, tmp_path),
        asked_together([question(row | {"条件": ""}, {}) for row in table("cases")]),
    )
    for row in range(len(found)):
        for language in ("zh", "en"):
            same_fields(Resolution, orjson.loads(orjson.dumps(found.answer(row, language))))


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (FactList, "/api/v1/facts"),
        (ClassList, "/api/v1/classes"),
        (ClassList, "/api/v1/classes?q=井盖"),
        (SessionAnswer, "/api/v1/session"),
        (Readiness, "/health/ready"),
        (ReportPage, "/api/v1/reports"),
        (ReportView, "/api/v1/reports/1"),
        (Problem, "/api/v1/reports/999999"),
    ],
)
def test_what_the_service_tells_is_as_documented(service: Service, model: type[BaseModel], path: str) -> None:
    filed = service.call("POST", "/api/v1/reports", json=service.question()).json()
    same_fields(ReportFiled, filed)
    path = path.replace("/reports/1", f"/reports/{filed['id']}")
    same_fields(model, service.call("GET", path).json())
