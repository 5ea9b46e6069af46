"""Debris-v1: the twin equals the reference, and the comparison can fail."""

import pytest

from envs.scenario.generator import FAMILIES
from tests.parity.vector_math import run_exactly
from tests.parity.worlds import compare_episode, largest_tick_error
from tests.unit.envs.recorded import played

pytestmark = pytest.mark.parity


def test_episodes_are_equal_bit_for_bit(parity_seeds):
    seeds = max(1, parity_seeds // 2) if parity_seeds < 10 else parity_seeds
    done = run_exactly("-m", "tests.parity.world_run", "all", "--seeds", str(seeds))
    if done.returncode == 3:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.count(f"{seeds} of {seeds} episodes equal") == len(FAMILIES)


def test_episodes_with_trajectories_are_equal_bit_for_bit():
    done = run_exactly("-m", "tests.parity.world_run", "recorded", "--seeds", "4")
    if done.returncode == 3:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "recorded: 4 of 4 episodes equal" in done.stdout


@pytest.mark.parametrize("family", FAMILIES)
def test_one_tick_agrees_with_numpy_as_installed(family):
    # 1e-12: one unit in the last place of a steering chain's asin and tan, times a lever of metres
    worst, mismatches = largest_tick_error(family, seed=3)
    assert worst <= 1e-12
    assert mismatches == 0


@pytest.mark.parametrize("sabotage", ["cost", "action", "shift", "order"])
def test_comparison_notices_sabotage(sabotage):
    found, _ = compare_episode("lone_object", 1, sabotage=sabotage)
    assert found


def test_comparison_notices_another_trajectory():
    found, _ = compare_episode("lone_object", 1, instance=played(1), sabotage="course")
    assert found
    # the moment is at 1 s: its curve begins half a second before
    assert found[0].startswith("decision 2: ")


def test_comparison_is_silent_without_sabotage_in_the_first_decisions():
    # NumPy as installed: whole episodes may part, the reset and its instance may not
    found, _ = compare_episode("phantom", 0)
    assert not [line for line in found if line.startswith(("reset", "instance_hash"))]
