"""Reads the words of a PDF that reportlab wrote without compression: enough to see what is on which page."""

from __future__ import annotations

import re


def pages_of(pdf: bytes) -> list[str]:
    """Return the words of each page, in the order in which they are drawn."""
    objects = {
        int(number): body
        for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)
    }
    letters = _letters(objects)
    (kids,) = re.findall(rb"/Kids \[ ([^\]]*)\]", pdf)
    found = []
    for page in re.findall(rb"(\d+) 0 R", kids):
        (contents,) = re.findall(rb"/Contents (\d+) 0 R", objects[int(page)])
        found.append(_words(objects[int(contents)], letters))
    return found


def _letters(objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    """Return for each font of the pages what its codes mean."""
    found = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+\+\d+) (\d+) 0 R", body):
            (unicode,) = re.findall(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            pairs = re.findall(rb"<(\w\w)> <(\w{4,})>", objects[int(unicode)])
            found[name] = {
                int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in pairs
            }
    return found


def _words(content: bytes, letters: dict[bytes, dict[int, str]]) -> str:
    said, font = [], b""
    token = rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj|(\bET\b)"
    for name, drawn, ends in re.findall(token, content, re.DOTALL):
        if name:
            font = name
        elif ends:
            said.append("\n")
        else:
            said.append("".join(letters[font][code] for code in _codes(drawn)))
    return "".join(said)


def _codes(drawn: bytes) -> list[int]:
    named = {b"n": 10, b"r": 13, b"t": 9, b"b": 8, b"f": 12}
    codes = []
    for octal, other, plain in re.findall(rb"\\([0-7]{1,3})|\\(.)|(.)", drawn, re.DOTALL):
        if octal:
            codes.append(int(octal, 8))
        else:
            codes.append(named.get(other, (other or plain)[0]))
    return codes
