"""Where patrols really went: GPX in, minutes per cell and per street out."""
