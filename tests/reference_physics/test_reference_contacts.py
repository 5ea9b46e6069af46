"""Closed formulas of a contact against simulated contacts: rank correlation and ratio by quantity and mode.

The formulas were chosen on the grids A and S; B holds draws from the catalogue and judges, but for what A and S do not
have: soft objects, objects just above the lip, sideways speeds. Fates and forces on tyre and floor have not converged
in the simulations: ``python -m tests.reference_physics.cases`` prints the forces, nothing here asserts either.
"""

from __future__ import annotations

import numpy as np
import pytest

from envs.physics.contact.fate import AHEAD, SIDE, STAYS, object_fate
from tests.reference_physics.cases import Cases

DELTA_V = "delta_v", "mujoco_delta_v_mps", 0.005
YAW = "yaw_rate", "mujoco_yaw_rate_radps", 0.003
EXIT = "exit_speed", "mujoco_exit_forward_mps", 0.0


@pytest.fixture(scope="module")
def cases():
    return Cases()


def test_table_is_whole(cases):
    grids = cases["grid"].tolist()
    assert {grid: grids.count(grid) for grid in "ASB"} == {"A": 312, "S": 96, "B": 280}


@pytest.mark.parametrize(("grid", "rank"), [("A", 0.99), ("S", 0.94), ("B", 0.95)])
def test_frontal_delta_v_agrees_with_mujoco(cases, grid, rank):
    found = cases.agreement(*DELTA_V, cases.where(grid, "frontal"))
    assert found.spearman >= rank
    assert 1.0 <= found.median <= 1.2


@pytest.mark.parametrize(("grids", "rank"), [("AS", 0.83), ("B", 0.88)])
def test_frontal_delta_v_agrees_with_bullet(cases, grids, rank):
    found = cases.agreement("delta_v", "bullet_delta_v_mps", 0.005, cases.where(grids, "frontal"))
    assert found.spearman >= rank
    assert 1.0 <= found.median <= 1.2


@pytest.mark.parametrize(("grids", "rank"), [("AS", 0.85), ("B", 0.8)])
def test_delta_v_in_the_floor_band_agrees_with_mujoco(cases, grids, rank):
    found = cases.agreement(*DELTA_V, cases.where(grids, "underbody"))
    assert found.spearman >= rank
    assert 0.8 <= found.median <= 1.25


def test_heavy_objects_in_the_floor_band_take_what_mujoco_says(cases):
    # 16 to 55 kg: the formula was 0.24, the simulation is 0.61 m/s in the median
    mass = cases["mass_kg"]
    heavy = cases.where("ASB", "underbody") & (mass >= 16.0) & (mass < 55.0)
    found = np.median(cases.values("delta_v")[heavy])
    assert found == pytest.approx(np.median(cases["mujoco_delta_v_mps"][heavy]), rel=0.15)


@pytest.mark.parametrize(
    ("grids", "rank", "low", "high"),
    [("A", 0.98, 0.9, 1.2), ("S", 0.96, 0.8, 1.1), ("B", 0.85, 0.8, 1.2), ("ASB", 0.93, 0.9, 1.1)],
)
def test_yaw_of_an_off_centre_hit_agrees_with_mujoco(cases, grids, rank, low, high):
    mask = cases.where(grids, "frontal") & (np.abs(cases["offset_m"]) > 0.2)
    found = cases.agreement(*YAW, mask)
    assert found.spearman >= rank
    assert low <= found.median <= high


@pytest.mark.parametrize("grid", ["A", "B"])
def test_speed_of_a_thrown_object_agrees_with_mujoco(cases, grid):
    thrown = cases.where(grid, "frontal") & np.isin(cases["mujoco_fate"], ["ahead", "side"])
    found = cases.agreement(*EXIT, thrown)
    assert found.spearman >= 0.9
    assert 0.9 <= found.median <= 1.15


def test_front_never_dissipates_more_than_there_is(cases):
    mass = cases["mass_kg"]
    there = 0.5 * mass * 1500.0 / (mass + 1500.0) * cases["speed_mps"] ** 2
    assert (cases.values("crush_energy") <= there * (1.0 + 1e-9)).all()


def test_thrown_objects_leave_sideways_as_often_as_in_mujoco(cases):
    # 5, 25, 50, 75 and 95 % of |v_y|/v at the first separation, and 58 % beyond 0.05
    rng, shares = np.random.default_rng(5), []
    for i in np.flatnonzero(cases.where("ASB", "frontal")):
        speed = float(cases["speed_mps"][i])
        height, mass = float(cases["height_m"][i]), float(cases["mass_kg"][i])
        for draws in rng.uniform(size=(40, 4)).tolist():
            fate = object_fate(cases.outcomes[i], speed, height, mass, 0, 0, STAYS, tuple(draws))
            if fate.fate in {SIDE, AHEAD}:
                shares.append(abs(fate.lateral_speed) / speed)
    found = np.quantile(shares, (0.05, 0.25, 0.5, 0.75, 0.95))
    assert found == pytest.approx([0.001, 0.014, 0.075, 0.19, 0.31], abs=0.02)
    assert np.mean(np.array(shares) > 0.05) == pytest.approx(0.58, abs=0.05)
