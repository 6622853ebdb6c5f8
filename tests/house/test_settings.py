"""A setting has one meaning, wherever it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridsvc.errors import WrongUsage
from gridsvc.postgres import Cluster
from gridsvc.settings import Settings, get_settings


@pytest.mark.parametrize("written", ["~/grid", "grid", "./other/../grid", "link/grid"])
def test_the_data_folder_is_expanded_and_resolved_once(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("GRIDSVC_HOME", written)
    settings = Settings()
    # Going elsewhere afterwards moves nothing.
    monkeypatch.chdir("/")
    assert settings.home == tmp_path / "grid"
    assert Cluster(settings).data == settings.home / "pg"


def test_the_default_data_folder_is_whole_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDSVC_HOME", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "share")
    monkeypatch.chdir(tmp_path)
    assert Settings().home == tmp_path / "share" / "gridsvc"


def test_a_user_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDSVC_HOME", "~no-such-user/grid")
    get_settings.cache_clear()
    with pytest.raises(WrongUsage) as caught:
        get_settings()
    get_settings.cache_clear()
    assert caught.value.code == "bad_setting"
    assert "GRIDSVC_HOME" in caught.value.message.en


@pytest.mark.parametrize("given", [{"CERTAIN": "0.7", "DOUBTFUL": "0.95"}, {"CERTAIN": "0.55"}])
def test_doubt_does_not_begin_above_certainty(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"GRIDSVC_{name}_SHARE", value)
    get_settings.cache_clear()
    with pytest.raises(WrongUsage) as caught:
        get_settings()
    get_settings.cache_clear()
    assert caught.value.code == "bad_setting"
    assert "GRIDSVC_DOUBTFUL_SHARE" in caught.value.message.en
    assert f"above GRIDSVC_CERTAIN_SHARE, which is {given['CERTAIN']}" in caught.value.message.en
