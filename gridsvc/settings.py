"""Settings: environment variables `GRIDSVC_…`, or a dotenv file named by `GRIDSVC_CONFIG`."""

from __future__ import annotations

import os
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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

    home: Path = Field(default_factory=default_home, description="data folder: cluster, photos, keys")
    database_url: str | None = Field(default=None, description="another PostGIS instead of the embedded one")
    time_zone: str = Field(default="Asia/Shanghai", description="zone of dates and of times without one")
    language: str = Field(default="zh", pattern="^(zh|en)$", description="language of messages: zh or en")
    working_hours: str = Field(default="08:00-12:00,14:00-18:00", description="hours that work limits count")
    snap_outside_m: float = Field(default=30.0, ge=0, description="a place this near outside gets a cell")
    server_test_mode: bool = Field(default=False, description="embedded server without fsync: tests only")

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone as an object."""
        return ZoneInfo(self.time_zone)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings(_env_file=os.environ.get("GRIDSVC_CONFIG"))  # type: ignore[call-arg]


def shipped(name: str) -> Path:
    """Return the folder `name` (`geodata`, `migrations`) that ships with the code.

    A wheel carries it inside the package, a checkout beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_shipped" / name
    return inside if inside.is_dir() else package.parent / name
