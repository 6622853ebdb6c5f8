"""`gridsvc class find|crosswalk|add|words|link` and `spec reference`: what they print, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from gridsvc.settings import shipped
from tests.conftest import Outcome

Command = Callable[..., Outcome]
OLD, NEW = "gbt30428.2-2013", "gbt47678.5-2026"


def test_finds_links_adds_and_writes_the_reference(command: Command, tmp_path: Path) -> None:
    for scheme in (OLD, NEW):
        path = shipped("geodata") / "classes" / f"{scheme}.csv"
        assert command("class", "import", path, "--scheme", scheme).status == 0

    found = json.loads(command("class", "find", "牛皮癣", "--scheme", NEW, "--json").stdout)
    assert [(each["code"], each["why"], each["matched"]) for each in found] == [("07001", "word", "牛皮癣")]
    assert {each["code"] for each in found[0]["not_to_be_confused_with"]} >= {"07003", "07006"}
    printed = command("class", "find", "yijidian", "--scheme", OLD).stdout
    assert printed == ""
    nothing = command("class", "find", "xyzzy")
    assert (nothing.status, nothing.stdout, "xyzzy" in nothing.stderr) == (0, "", True)
    for asked in (("find", "井盖"), ("crosswalk",), ("crosswalk", "0101", "--to", NEW)):
        unknown = command("class", *asked, "--scheme", "nope")
        assert (unknown.status, "unknown_scheme" in unknown.stderr) == (1, True)
    printed = command("class", "find", "dianlijinggai", "--scheme", OLD).stdout
    assert "电力井盖 [" in printed  # inferred, and marked as that
    assert "not to be confused with" in printed

    (link,) = json.loads(
        command("class", "crosswalk", "0101", "--kind", "component", "--to", NEW, "--json").stdout
    )
    assert (link["to_code"], link["relation"]) == ("01001", "renamed")
    assert command("class", "crosswalk", "9999").status == 1

    added = ("class", "add", "垃圾满溢", "--scheme", OLD, "--kind", "event", "--major", "01")
    assert json.loads(command(*added, "--dry-run", "--json").stdout)["code"] == "0199"
    assert "0199" in command(*added).stdout
    refused = command(*added)
    assert refused.status == 1
    assert "class_exists" in refused.stderr

    words = tmp_path / "words.csv"
    words.write_text(f"scheme,kind,code,word\n{OLD},event,0199,桶冒尖\n", encoding="utf-8")
    assert json.loads(command("class", "words", words, "--json").stdout)["added"] == 1
    assert "0199" in command("class", "find", "桶冒尖", "--scheme", OLD).stdout

    links = tmp_path / "links.csv"
    head = "from_scheme,kind,from_code,to_scheme,to_code,relation\n"
    links.write_text(f"{head}{OLD},event,0205,{NEW},07006,broader\n", encoding="utf-8")
    assert json.loads(command("class", "link", links, "--json").stdout)["lines"] == 1
    links.write_text(f"{head}{OLD},event,0205,{NEW},99999,broader\n", encoding="utf-8")
    refused = command("class", "link", links)
    assert (refused.status, "row 2 column to_code" in refused.stderr) == (1, True)

    book = tmp_path / "reference.xlsx"
    answer = json.loads(command("spec", "reference", "-o", book, "--scheme", OLD, "--json").stdout)
    assert (answer["clauses"], answer["rules"]) == (519, 41)
    assert command("spec", "reference", "-o", book).status == 1  # it is there
