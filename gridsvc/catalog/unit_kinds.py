"""The kinds of units, and the Chinese words that mean them."""

from __future__ import annotations

from collections.abc import Mapping

from gridsvc.catalog.units import normalised_name

UNIT_KINDS: Mapping[str, str] = {
    "街道办": "street_office",
    "街办": "street_office",
    "街道": "street_office",
    "镇政府": "street_office",
    "乡政府": "street_office",
    "镇人民政府": "street_office",
    "乡人民政府": "street_office",
    "执法": "enforcement",
    "环卫": "sanitation",
    "环境卫生": "sanitation",
    "园林": "greening",
    "绿化": "greening",
    "市政": "municipal",
    "派出所": "police",
    "公安": "police",
    "交警": "police",
    "供水": "water",
    "自来水": "water",
    "供气": "gas",
    "燃气": "gas",
    "天然气": "gas",
    "供热": "heat",
    "供暖": "heat",
    "热力": "heat",
    "供电": "power",
    "电力": "power",
    "电信": "telecom",
    "通信": "telecom",
    "联通": "telecom",
    "中国移动": "telecom",
    "移动公司": "telecom",
    "铁塔": "telecom",
    # Here 市 belongs to the name of the city: they have nothing to do with 市政 works.
    "市政府": "bureau",
    "市政协": "bureau",
    "市政务": "bureau",
    "市政法": "bureau",
    # What follows says the form of a body, not its trade, and counts only where no trade is named.
    "办事处": "street_office",
    "公司": "company",
    "企业": "company",
    "集团": "company",
    "局": "bureau",
    "委员会": "bureau",
    "政府": "bureau",
    "厅": "bureau",
    "中心": "centre",
    "服务站": "centre",
    "管理处": "centre",
    "事业单位": "centre",
}
"""Kind of unit by a word in its name or its type, the trades before the forms."""

_WORDS = tuple(UNIT_KINDS)
_TRADES = _WORDS[: _WORDS.index("办事处")]
_FORMS = _WORDS[len(_TRADES) :]


def kind_of_words(text: str) -> str | None:
    """Return the kind of unit that a name, a type or the wording of a clause means, None for none.

    A Chinese name has its head last, so the trade that ends last counts: 园林街道办事处 is a street office,
    长安路街道环卫所 a sanitation body. A form (局, 公司 …) counts where there is no trade, the first that
    the table has.
    """
    plain = normalised_name(text)
    ends = {word: plain.rfind(word) + len(word) for word in _TRADES if word in plain}
    if ends:
        return UNIT_KINDS[max(ends, key=lambda word: (ends[word], len(word)))]
    return next((UNIT_KINDS[word] for word in _FORMS if word in plain), None)
