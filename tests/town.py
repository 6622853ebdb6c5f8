"""A made-up town that can answer: the district of the map tests, with units and a specification."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.hotspots.district import SCHEME, District, make_district

STREET_OFFICE, ENFORCEMENT = "S-01", "E-01"


def make_town(connection: Connection) -> District:
    """Add the district, a street office for each street, enforcement, and clauses for three classes.

    Event 0201 has two sub-conditions for the street office; event 0101 is enforcement's; component 0101 is
    each owner's, which nobody can say from the place.
    """
    district = make_district(connection)
    connection.execute(
        text(
            "INSERT INTO unit (code, name, kind, area_code) VALUES"
            " ('S-01', '甲街道办事处', 'street_office', '610103001'),"
            " ('S-02', '乙街道办事处', 'street_office', '610103002'),"
            " ('E-01', '区综合执法局', 'enforcement', NULL)"
        )
    )
    edition = connection.execute(
        text(
            "INSERT INTO specification_edition (name, scheme, source, digest)"
            " VALUES ('规范 2026', :scheme, 'made for a test', 'x') RETURNING id"
        ),
        {"scheme": SCHEME},
    ).scalar_one()
    for kind, code, ordinal, condition, limit, unit, means in (
        ("event", "0201", 1, "零星张贴", (4, "work_hour", "4工作时"), None, "street_office"),
        ("event", "0201", 2, "成片张贴", (1, "work_day", "1工作日"), None, "street_office"),
        ("event", "0101", 1, "在建", (2, "urgent_hour", "2紧急工作时"), ENFORCEMENT, "named"),
        ("component", "0101", 1, "破损", (1, "work_day", "1工作日"), None, "each_owner"),
    ):
        clause = connection.execute(
            text(
                "INSERT INTO clause (edition_id, scheme, kind, class_code, ordinal, filing_condition,"
                " closing_condition, responsible_text, limit_text, limit_value, limit_unit)"
                " VALUES (:edition, :scheme, :kind, :code, :ordinal, :condition, '恢复原状', '见条款',"
                " :text, :value, :unit) RETURNING id"
            ),
            {
                "edition": edition,
                "scheme": SCHEME,
                "kind": kind,
                "code": code,
                "ordinal": ordinal,
                "condition": condition,
                "value": limit[0],
                "unit": limit[1],
                "text": limit[2],
            },
        ).scalar_one()
        words = {"street_office": "所属街办", "named": "区综合执法局", "each_owner": "各产权单位"}[means]
        connection.execute(
            text(
                "INSERT INTO clause_unit (clause_id, ordinal, means, text, unit_code)"
                " VALUES (:clause, 1, :means, :words, :unit)"
            ),
            {"clause": clause, "means": means, "words": words, "unit": unit},
        )
    return district
