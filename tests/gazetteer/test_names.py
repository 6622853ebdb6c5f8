from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.gazetteer.names import NameIndex

_NAMES = st.text(alphabet="东西南北友谊太乙路街", min_size=1, max_size=8)


def distance(a: str, b: str) -> int:
    """Edit distance with exchanges of neighbours, by the book: the oracle."""
    rows = [[i + j if not i * j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(st.sets(_NAMES, min_size=1, max_size=30), _NAMES)
def test_misspelt_names_are_those_within_the_distance(names: set[str], asked: str) -> None:
    index = NameIndex(names)
    wrong = 2 if len(asked) >= 6 else 1 if len(asked) >= 3 else 0
    # An exchange of neighbours has both letters, so the names with any of the rarest are enough for it too.
    expected = {name for name in names if 0 < distance(asked, name) <= wrong} if wrong else set()
    found = {index.names[name] for name, _ in index.misspelt(asked)}
    assert found <= expected
    # Two changes of which one is an exchange within the other are not looked for.
    plain = {name for name in expected if distance(asked, name) == 1}
    assert plain <= found


@given(st.sets(_NAMES, min_size=1, max_size=30), _NAMES)
def test_exact_beginning_and_contained_names_are_found(names: set[str], asked: str) -> None:
    index = NameIndex(names)
    hits = index.search(asked, 100)
    found = {index.names[hit.name]: hit for hit in hits}
    assert {name for name in names if name.startswith(asked)} <= set(found)
    if len(asked) >= 2:
        assert {name for name in names if asked in name} <= set(found)
    if asked in names:
        assert index.names[hits[0].name] == asked
        assert hits[0].score == 1.0
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert hits == index.search(asked, 100)


@given(st.text(max_size=100))
def test_any_text_is_answered(text: str) -> None:
    NameIndex(["友谊东路", "太乙路", "real love"]).search(text, 5)


def test_homophones_rank_before_other_mistakes() -> None:
    index = NameIndex(["友谊东路", "友好东路"])
    hits = index.search("友宜东路", 5)
    assert [index.names[hit.name] for hit in hits] == ["友谊东路", "友好东路"]
    assert hits[0].score > hits[1].score


@pytest.mark.long
def test_two_hundred_thousand_names_are_found_also_with_a_wrong_character() -> None:
    import random

    letters = "东西南北中长安太乙友谊文艺和平朱雀大明丰庆劳动含光翠华雁塔小寨青龙曲江金水建工兴庆咸宁新华光明"
    draw = random.Random(1)
    names = {"".join(draw.choices(letters, k=draw.randint(3, 8))) + "小区" for _ in range(200_000)}
    index = NameIndex(names)
    asked = draw.sample(sorted(names), 200)
    assert all(index.search(name, 10)[0].score == 1 for name in asked)
    # Of letters so often repeated a few names share too many pairs with others to be looked at.
    assert sum(bool(index.search(name[:2] + "错" + name[3:], 10)) for name in asked) >= 190
