"""Which files of which npm package come into an installation."""

from __future__ import annotations

FONT = "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"

# Package → file patterns inside it. The licence files of each are taken besides.
CONTENTS: dict[str, tuple[str, ...]] = {
    # Noto Sans SC, OFL-1.1: the one weight that drawings need, and the last resort of pages.
    "@expo-google-fonts/noto-sans-sc": ("400Regular/NotoSansSC_400Regular.ttf",),
    "@fortawesome/fontawesome-free": ("css/all.min.css", "webfonts/*.woff2"),
    "bootstrap": ("dist/js/bootstrap.bundle.min.js", "dist/css/bootstrap.min.css"),
    "d3": ("d3.min.js",),
    "jquery": ("dist/jquery.min.js",),
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png"),
    "leaflet.awesome-markers": (
        "dist/leaflet.awesome-markers.min.js",
        "dist/leaflet.awesome-markers.css",
        "dist/images/*.png",
    ),
    "leaflet.heat": ("dist/leaflet-heat.js",),
    "swagger-ui-dist": (
        "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui.css",
        "NOTICE",
    ),
}
LICENCES = ("LICENSE*", "LICENCE*", "OFL*", "COPYING*")
