"""What the API answers about classes and places, for its documentation."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class ClassRow(BaseModel):
    """A class of the catalogue."""

    scheme: str
    kind: Literal["component", "event"]
    code: str
    name: str
    name_en: str | None
    major_code: str
    major_name: str
    confidence: Literal["found", "inferred", "remembered", "local"] = Field(
        description="有据、推断、记忆、自定义 · how sure it is that the scheme has this number and name"
    )


class OtherClass(BaseModel):
    """A class that another is easily taken for."""

    code: str
    name: str
    means: str
    means_en: str


class ClassHit(ClassRow):
    """A class that a text may mean: why it was found, and what it is not to be confused with."""

    why: Literal["code", "name", "word", "english", "pinyin", "initials", "held", "sound", "near"]
    matched: str
    because: str
    because_en: str
    rank: int
    means: str | None
    means_en: str | None
    not_to_be_confused_with: list[OtherClass]


class ClassLink(BaseModel):
    """What a class is in another scheme; `to_code` null: nothing like it."""

    from_scheme: str
    kind: Literal["component", "event"]
    from_code: str
    from_name: str
    to_scheme: str
    to_code: str | None
    to_name: str | None
    relation: Literal["same", "renamed", "narrower", "broader", "dropped"]
    confidence: Literal["found", "inferred", "remembered", "local"]
    note: str | None


class ClassLinks(BaseModel):
    """What a class is in the other schemes, the likeliest of each first."""

    links: list[ClassLink]


class ClassList(BaseModel):
    """Classes, their schemes, and the scheme of the specification in force."""

    schemes: list[str]
    in_force: str | None
    classes: list[ClassRow] | list[ClassHit]


class PlaceAnswer(BaseModel):
    """A place that a text may mean."""

    name: str
    kind: Literal["road", "crossing", "address", "compound", "landmark", "stop", "area"]
    lon: float = Field(description="WGS 84")
    lat: float
    accuracy_m: float = Field(description="半径，米：所指之处 68 % 在此范围内")
    source: str
    score: float = Field(ge=0, le=1)
    because: str
    because_en: str
    house_number: int | None = Field(description="所说的门牌号；单双号区分道路两侧")


class PlaceList(BaseModel):
    """Places by how well they fit, and whether the first one is what was meant."""

    text: str
    verdict: Literal["certain", "ambiguous", "uncertain", "nothing"] = Field(
        description="certain：即首项；ambiguous：几处同样符合；uncertain：仅供参考；nothing：没有"
    )
    unknown: list[str] = Field(description="未能识别的部分")
    places: list[PlaceAnswer]
    more: bool = Field(description="符合的地点比所列的多")
    gazetteer: str = Field(description="作答所依据地名库的版本")
