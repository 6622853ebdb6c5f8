"""Chinese names in English texts."""

from __future__ import annotations

import pytest

from gridsvc.pinyin import in_english, romanised


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("长安路、青松社区", "Chang'an Lu, Qingsong community"),
        ("南大街与东大街、端履门社区", "Nan Dajie & Dong Dajie, Duanlumen community"),
        ("友谊东路", "Youyi Dong Lu"),
        ("二环南路西段", "Erhuan Nan Lu Xiduan"),
        ("锦业三路", "Jinye San Lu"),
        ("经二十一路", "Jing Ershiyi Lu"),
        ("东路", "Dong Lu"),
        ("太乙路街道", "Taiyi Lu subdistrict"),
        ("女子监狱", "Nuzijianyu"),
        ("省实验中学门口", "Shengshiyan Zhongxue Menkou"),
        ("小寨西路与长安南路十字", "Xiaozhai Xi Lu & Chang'an Nan Lu Shizi"),
        ("桑林苑社区二号巡查区", "Sanglinyuan community Erhao Xunchaqu"),
        ("陕西历史博物馆", "Shan xi li shi bo wu guan"),
        ("K11商场（东门）", "K11 Shangchang (Dongmen)"),
    ],
)
def test_names_in_letters(name: str, letters: str) -> None:
    assert romanised(name) == letters
    assert in_english(name) == f"{letters} ({name})"


@pytest.mark.parametrize("name", ["Chang'an Rd", "610103001001001", "", " ,,", "()"])
def test_what_has_letters_already_stays(name: str) -> None:
    assert in_english(name) == name


@pytest.mark.parametrize("name", ["、", "社区", "路", "与", "𠀀", "㐀路", "街道街道", "a路b", "（）路"])
def test_no_name_is_too_odd(name: str) -> None:
    assert isinstance(in_english(name), str)
