"""Colours of maps: told apart by lightness, so also without full colour vision and in grey print.

ColorBrewer's Blues, RdBu, Reds (Harrower & Brewer 2003), thinned; `tests/hotspots/sheets/test_colours.py`
looks at all of them as people with deuteranopia and protanopia do.
"""

from __future__ import annotations

NOTHING = "#f3f2ee"
UNTESTED = "#ffffff"
NOT_SIGNIFICANT = "#d3d3ce"

_BLUES = ("#c6dbef", "#85bcdb", "#4292c6", "#1764ab", "#083370")
MOST_CLASSES = 7

# Warm on the cells' blue, darker where denser: the two layers are told apart without colour vision too.
HEAT = {0.25: "#fed976", 0.5: "#fd8d3c", 0.75: "#e31a1c", 1.0: "#800026"}

# Below the city's rate is hatched as well: in grey print both ends are dark.
RISK = (("#2b75b6", "\\"), ("#a6cfe6", "\\"), ("#fae6b0", ""), ("#f4a582", ""), ("#a50f26", ""))

# The 17 emerging categories in the order of hotspots.md 3.6: none; eight hot ones; their cold mirrors. What
# is there now is darker, what comes and goes is hatched one way, cold the other.
EMERGING = (
    ("#efeee9", ""),
    ("#67000d", ""),  # new
    ("#a50f15", ""),  # consecutive
    ("#d7301f", ""),  # intensifying
    ("#ef6548", ""),  # persistent
    ("#fca67c", ""),  # diminishing
    ("#ef6548", "/"),  # sporadic
    ("#fca67c", "/"),  # oscillating
    ("#fdd9c0", "/"),  # historical
    ("#08306b", "\\"),
    ("#08519c", "\\"),
    ("#2171b5", "\\"),
    ("#4292c6", "\\"),
    ("#9ecae1", "\\"),
    ("#4292c6", "x"),
    ("#9ecae1", "x"),
    ("#cfe1f2", "x"),
)


def ramp(classes: int) -> tuple[str, ...]:
    """Return `classes` (1 to `MOST_CLASSES`) blues, from light to dark; a single one is of the middle."""
    if not 1 <= classes <= MOST_CLASSES:
        raise ValueError(f"a ramp has 1 to {MOST_CLASSES} colours, not {classes}")
    if classes == 1:
        return (_BLUES[2],)
    last = len(_BLUES) - 1
    return tuple(_between(last * number / (classes - 1)) for number in range(classes))


def _between(at: float) -> str:
    low = min(int(at), len(_BLUES) - 2)
    share = at - low
    pairs = zip(rgb(_BLUES[low]), rgb(_BLUES[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue (0–255) of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hatch_colour(colour: str) -> str:
    """Return a colour for a hatch that is seen on `colour`."""
    red, green, blue = rgb(colour)
    return "#ffffff" if 0.3 * red + 0.59 * green + 0.11 * blue < 105 else "#3c424a"
