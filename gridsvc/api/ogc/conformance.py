"""The requirement classes that hold here; each is a test in tests/api/test_ogc_classes.py."""

from __future__ import annotations

_FEATURES_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_FEATURES_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
_FEATURES_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"

CLASSES: tuple[str, ...] = (
    *(_FEATURES_1 + each for each in ("core", "geojson", "oas30")),
    _FEATURES_2 + "crs",
    *(
        _FEATURES_3 + each
        for each in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        _CQL2 + each
        for each in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "temporal-functions",
            "property-property",
        )
    ),
)
