"""Settings: environment variables `GRIDSVC_…`, or a dotenv file named by `GRIDSVC_CONFIG`."""

from __future__ import annotations

import os
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gridsvc.errors import Text, WrongUsage


def default_home() -> Path:
    """Return the data folder when none is named.

    As root it is outside `/root`, which the server's account may not enter.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/gridsvc")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "gridsvc"


class Settings(BaseSettings):
    """Everything that an installation may set; each field is `GRIDSVC_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="GRIDSVC_", env_file_encoding="utf-8", extra="ignore")

    home: Path = Field(
        default_factory=default_home,
        validate_default=True,
        description="data folder: cluster, photos, logs",
    )
    database_url: str | None = Field(default=None, description="another PostGIS instead of the embedded one")
    time_zone: str = Field(default="Asia/Shanghai", description="zone of dates and of times without one")
    language: str = Field(default="zh", pattern="^(zh|en)$", description="language of messages: zh or en")
    working_hours: str = Field(default="08:00-12:00,14:00-18:00", description="hours that work limits count")
    calendar: str = Field(
        default="china",
        pattern="^(china|weekdays)$",
        description="china: announced holidays; weekdays: Monday to Friday",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+$",
        description="how others reach this service, e.g. https://city.example/grid behind a proxy",
    )
    snap_outside_m: float = Field(default=30.0, ge=0, description="a place this near outside gets a cell")
    certain_share: float = Field(
        default=0.9,
        ge=0.5,
        le=1,
        description="a place decides as if exact when one unit has this share of it",
    )
    doubtful_share: float = Field(
        default=0.6,
        ge=0,
        le=1,
        validate_default=True,
        description="below this share of a place a person decides; between, ranked",
    )
    most_accuracy_m: float = Field(
        default=500.0, gt=0, description="a place less accurate than this decides nothing"
    )
    component_certain: float = Field(
        default=0.9,
        gt=0.5,
        lt=1,
        description="a report is of a component of the inventory from this probability on",
    )
    unregistered_share: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="of all components, how many the inventory lacks, as a share",
    )
    component_accuracy_m: float = Field(
        default=10.0,
        gt=0,
        description="the radius (68 %) of a report without an accuracy, for finding its component, in metres",
    )
    traffic_side: Literal["right", "left"] = Field(
        default="right", description="the side of the road on which traffic drives, for boundary roads"
    )
    tile_cache_mb: int = Field(
        default=64, ge=0, le=65_536, description="vector tiles that a worker keeps in memory, in megabytes"
    )
    features_timeout_s: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="a query of /ogc or /tiles that takes longer is given up, in seconds",
    )
    patrol_walk_m_s: float = Field(default=1.3, gt=0.3, le=3, description="patrols on foot, metres a second")
    patrol_ebike_m_s: float = Field(
        default=4.0, gt=1, le=12, description="patrols by e-bike, metres a second"
    )
    patrol_car_m_s: float = Field(
        default=6.0,
        gt=1,
        le=30,
        description="patrols by car in a usual street, lights included, metres a second",
    )
    patrol_ebike_against_one_way: bool = Field(
        default=False, description="patrols on e-bikes may ride both ways in one-way streets"
    )
    patrol_channels: str = Field(
        default="采集员上报,采集员,监督员上报,监督员,巡查",
        description="sources of reports that patrols find, as senders call them",
    )
    address_city: str = Field(
        default="",
        description="names before the district in addresses of this place, e.g. 陕西省,西安市",
    )
    address_within_m: float = Field(
        default=100.0,
        gt=0,
        le=500,
        description="an address less exact than this (radius, 68 %) does not place a report",
    )
    address_disagrees_m: float = Field(
        default=300.0,
        gt=0,
        description="a place this far from what its address says, errors allowed for, is flagged",
    )
    largest_import_mb: int = Field(
        default=200, gt=0, description="a vector file larger than this (unpacked) is refused"
    )
    debug: bool = Field(default=False, description="print the traceback of a fault of the program")
    server_test_mode: bool = Field(default=False, description="embedded server without fsync: tests only")

    @field_validator("home")
    @classmethod
    def _home_is_whole(cls, home: Path) -> Path:
        # Once, here: two readings of the same name would be two data folders.
        try:
            return home.expanduser().resolve()
        except (RuntimeError, OSError) as error:
            raise ValueError(str(error)) from error

    @field_validator("doubtful_share")
    @classmethod
    def _doubt_ends_where_certainty_begins(cls, share: float, info: ValidationInfo) -> float:
        certain = info.data.get("certain_share", 1.0)  # absent when it has no sense itself
        if share > certain:
            raise ValueError(f"it must not be above GRIDSVC_CERTAIN_SHARE, which is {certain:g}")
        return share

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"there is no time zone {name!r}") from error
        return name

    @property
    def address_city_names(self) -> tuple[str, ...]:
        """Return the names of `address_city`."""
        return _listed(self.address_city)

    @property
    def patrol_channel_names(self) -> tuple[str, ...]:
        """Return the names of `patrol_channels`."""
        return _listed(self.patrol_channels)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone as an object."""
        return ZoneInfo(self.time_zone)


def _listed(given: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in given.replace("，", ",").split(","))))


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once.

    Raise WrongUsage naming the variable that has no sense, or the file that is not there.
    """
    file = os.environ.get("GRIDSVC_CONFIG")
    if file and not os.access(file, os.R_OK):
        raise WrongUsage(
            "config_unreadable",
            Text(
                f"读不了 GRIDSVC_CONFIG 指定的文件 {file}。",
                f"GRIDSVC_CONFIG names {file}, which cannot be read.",
            ),
        )
    try:
        return Settings(_env_file=file)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"GRIDSVC_{first['loc'][0]}".upper()
        raise WrongUsage(
            "bad_setting",
            Text(
                f"设置 {name} 的值 {first['input']!r} 无效：{first['msg']}",
                f"The setting {name} = {first['input']!r} is not valid: {first['msg']}",
            ),
        ) from error


def shipped(name: str) -> Path:
    """Return the folder `name` (`geodata`, `migrations`) that ships with the code.

    A wheel carries it inside the package, a checkout beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name
