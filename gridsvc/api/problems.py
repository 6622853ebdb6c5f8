"""Errors as RFC 9457 problem details, with a stable `code`, in the caller's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.errors import Fault, GridsvcError, Text

MEDIA_TYPE = "application/problem+json"

_PREFERENCE = re.compile(r"\s*([A-Za-z*]{1,8})(?:-[A-Za-z0-9]+)*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")

_BY_STATUS: dict[int, tuple[str, Text]] = {
    400: ("bad_request", Text("请求无法理解。", "The request cannot be understood.")),
    401: ("key_required", Text("需要密钥或登录。", "A key or a session is required.")),
    403: ("not_allowed", Text("没有此项权限。", "This is not allowed.")),
    404: ("not_found", Text("没有这个地址。", "There is nothing at this address.")),
    405: ("method_not_allowed", Text("该地址不接受这种方法。", "This address does not take that method.")),
    406: ("not_acceptable", Text("无法给出所要的格式。", "The requested format is not available.")),
    413: ("too_large", Text("请求内容过大。", "The request is too large.")),
    415: ("unsupported_media_type", Text("不支持这种内容类型。", "This content type is not supported.")),
    500: ("internal_error", Text("服务内部出错，已记入日志。", "The service failed; the log says how.")),
    503: ("unavailable", Text("服务暂不可用，请稍后重试。", "The service is not available now; try again.")),
}

# What pydantic found, in both languages; {…} are filled from the context that it gives.
_FINDINGS: dict[str, Text] = {
    "missing": Text("缺少此项。", "This field is required."),
    "extra_forbidden": Text("没有这个字段。", "There is no such field."),
    "float_type": Text("应为数字。", "A number is wanted."),
    "float_parsing": Text("应为数字。", "A number is wanted."),
    "finite_number": Text("应为有限的数字。", "A finite number is wanted."),
    "int_type": Text("应为整数。", "A whole number is wanted."),
    "int_from_float": Text("应为整数。", "A whole number is wanted."),
    "bool_type": Text("应为 true 或 false。", "true or false is wanted."),
    "string_type": Text("应为文本。", "A text is wanted."),
    "string_too_short": Text("不能为空。", "It must not be empty."),
    "string_too_long": Text("最多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": Text("格式不符。", "It has not the wanted form."),
    "greater_than": Text("应大于 {gt}。", "It must be greater than {gt}."),
    "greater_than_equal": Text("应不小于 {ge}。", "It must be at least {ge}."),
    "less_than": Text("应小于 {lt}。", "It must be less than {lt}."),
    "less_than_equal": Text("应不大于 {le}。", "It must be at most {le}."),
    "literal_error": Text("应为其中之一：{expected}。", "It must be one of: {expected}."),
    "model_type": Text("应为一个 JSON 对象。", "A JSON object is wanted."),
    "model_attributes_type": Text("应为一个 JSON 对象。", "A JSON object is wanted."),
    "dict_type": Text("应为一个 JSON 对象。", "A JSON object is wanted."),
}

_FIELD_CODES = {
    "lon": "bad_number",
    "lat": "bad_number",
    "accuracy_m": "bad_number",
    "datum": "bad_datum",
    "at": "bad_time",
}


def language_of(request: Request, default: str) -> str:
    """Return `zh` or `en`: what `Accept-Language` prefers, else `default`."""
    return preferred_language(request.headers.get("accept-language"), default)


def preferred_language(header: str | None, default: str) -> str:
    """Read an `Accept-Language` header (RFC 9110, 12.5.4); equal weights count in their order."""
    best, weight = default, 0.0
    for part in (header or "").split(","):
        match = _PREFERENCE.fullmatch(part)
        if match is None or match[1].lower() not in ("zh", "en"):
            continue
        given = float(match[2]) if match[2] else 1.0
        if given > weight:
            best, weight = match[1].lower(), given
    return best


def problem_body(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the members of a problem object."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = list(errors)
    return body


def problem_response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Send a problem object with its own status."""
    return Response(orjson.dumps(body), body["status"], headers, MEDIA_TYPE)


def status_problem(status: int, language: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem that a bare status stands for."""
    code, text = _BY_STATUS.get(status) or (
        ("bad_request", _BY_STATUS[400][1]) if status < 500 else ("internal_error", _BY_STATUS[500][1])
    )
    return problem_response(problem_body(status, code, text.in_language(language)), headers)


def error_problem(error: GridsvcError, language: str) -> dict[str, Any]:
    """Turn an error of a room into a problem object."""
    detail = error.message.in_language(language)
    if error.remedy:
        detail += (" " if language == "en" else "") + error.remedy.in_language(language)
    errors = []
    for fault in error.faults:
        finding: dict[str, Any] = {"detail": fault.message.in_language(language), "code": fault.code}
        if fault.place.column:
            finding["pointer"] = pointer((fault.place.column,))
        # Of a list: which row of it, and what stood there.
        told = {
            "sheet": fault.place.sheet,
            "row": fault.place.row,
            "value": fault.place.value,
            "remedy": fault.remedy.in_language(language) if fault.remedy else None,
        }
        errors.append(finding | {name: value for name, value in told.items() if value is not None})
    if not errors and error.place.column:
        errors = [{"detail": error.message.in_language(language), "pointer": pointer((error.place.column,))}]
    return problem_body(error.http_status, error.code, detail, errors)


def fault_problem(fault: Fault, language: str, status: int = 422) -> dict[str, Any]:
    """Turn one finding about a request into a problem object."""
    detail = fault.message.in_language(language)
    if fault.remedy:
        detail += (" " if language == "en" else "") + fault.remedy.in_language(language)
    errors = []
    if fault.place.column:
        errors = [{"detail": fault.message.in_language(language), "pointer": pointer((fault.place.column,))}]
    return problem_body(status, fault.code, detail, errors)


def validation_problem(error: ValidationError, language: str) -> dict[str, Any]:
    """Turn pydantic's findings about a body into a problem object that points at each field."""
    return findings_problem(error.errors(include_url=False), language)


def findings_problem(findings: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Turn pydantic's findings into a problem object; their `loc` is relative to what was sent."""
    errors: list[dict[str, Any]] = []
    codes: set[str] = set()
    swapped = False
    for found in findings:
        kind, where, context = found["type"], found["loc"], found.get("ctx", {})
        if kind == "json_invalid":
            return bad_json(str(context.get("error", "")), language)
        text = context.get("text") if kind == "gridsvc" else _FINDINGS.get(kind)
        if isinstance(text, Text):
            known = {name: value for name, value in context.items() if name != "text"}
            detail = text.in_language(language).format(**known) if known else text.in_language(language)
        else:
            detail = Text(f"值不合要求：{found['msg']}。", f"{found['msg']}.").in_language(language)
        errors.append({"detail": detail, "pointer": pointer(where)})
        field = str(where[0]) if where else ""
        code = context.get("code") if kind == "gridsvc" else _FIELD_CODES.get(field)
        if kind == "missing" and field in ("lon", "lat"):
            code = "no_place"
        codes.add(code or "invalid_request")
        if field == "lat" and kind in ("less_than_equal", "greater_than_equal"):
            value = found["input"]
            swapped = isinstance(value, int | float) and 90 < abs(value) <= 180
    code = codes.pop() if len(codes) == 1 else "invalid_request"
    detail = Text("请求内容有误。", "The request has faults.").in_language(language)
    if len(errors) == 1:
        where = str(errors[0]["pointer"]).lstrip("/")
        detail = f"{where}: {errors[0]['detail']}" if where else str(errors[0]["detail"])
    if swapped:
        hint = Text("经度和纬度可能写反了。", "Longitude and latitude look swapped.")
        detail += (" " if language == "en" else "") + hint.in_language(language)
    return problem_body(422, code, detail, errors)


def bad_json(reason: str, language: str) -> dict[str, Any]:
    """Return the problem of a body that is no JSON."""
    detail = Text(f"不是合法的 JSON：{reason}", f"This is not JSON: {reason}").in_language(language)
    return problem_body(400, "bad_json", detail)


def pointer(where: Sequence[str | int]) -> str:
    """Return a JSON pointer (RFC 6901) to a field."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in where)
