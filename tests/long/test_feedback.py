"""E7 of evaluation.md: 104 simulated weeks, 60 runs of each policy."""

from __future__ import annotations

import pytest

from gridsvc.hotspots.forecasting.feedback import DEFAULT, POLICIES, added, simulate

pytestmark = pytest.mark.long

RUNS = 60


def test_the_default_policy_is_fair_and_nearly_all_knowing(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = {policy: added([simulate(policy, seed) for seed in range(RUNS)]) for policy in POLICIES}
    with capsys.disabled():
        print(f"\n{'policy':34s} {'met':>6s} {'ratio':>6s} {'top 20':>7s}")
        for policy, each in outcomes.items():
            print(f"{policy.name:34s} {each.share:6.3f} {each.ratio:6.2f} {each.concentration:7.3f}")
    assert outcomes[DEFAULT].share >= 0.90
    assert 0.8 <= outcomes[DEFAULT].ratio <= 1.25
