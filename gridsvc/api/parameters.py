"""The query of an address, read strictly: unknown and doubled parameters are refused."""

from __future__ import annotations

from collections.abc import Collection as Names

from starlette.requests import Request

from gridsvc.errors import Place, Text, WrongUsage


def read_parameters(request: Request, known: Names[str], formats: Names[str] = ("json",)) -> dict[str, str]:
    """Return the query as name → value.

    Raises:
        WrongUsage: `unknown_parameter`, `doubled_parameter`, `unknown_format`.
    """
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise WrongUsage(
                "unknown_parameter",
                Text(f"没有参数 {name:.80}。", f"There is no parameter {name[:80]!r}."),
                place=Place(column=name[:80], value=value),
                remedy=Text(f"可用参数：{'、'.join(known)}。", f"Those there are: {', '.join(known)}."),
            )
        if name in found:
            raise WrongUsage(
                "doubled_parameter",
                Text(f"参数 {name} 出现了两次。", f"The parameter {name} is given twice."),
                place=Place(column=name, value=value),
            )
        found[name] = value
    if found.get("f", "json") not in formats:
        raise WrongUsage(
            "unknown_format",
            Text(f"f 可取：{'、'.join(formats)}。", f"f is one of: {', '.join(formats)}."),
            place=Place(column="f", value=found["f"]),
        )
    return found
