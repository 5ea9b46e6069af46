"""Every catalogue file: complete, in the table's domain, and drawn without surprises."""

import dataclasses
import math

import numpy as np
import pytest

from envs.debris.catalogue import BUILT_IN_DIR, load, load_catalogue, names
from envs.debris.specification import DRAW_ORDER
from envs.specification.debris import LOOKS

HELD_OUT = {
    "wheel_with_rim", "truck_wheel", "pipe_tube", "bucket_full", "tree_limb", "plush_toy",
    "tarp_over_load", "appliance", "toolbox_battery", "bicycle", "glass_shards", "nails_screws",
}  # fmt: skip
"""envs/physics/SOURCES.md 4.3."""

GROUPS = {
    "P1": {"box_empty", "box_light_load", "box_heavy"},
    "P2": {"bag_empty", "bag_leaves", "bag_rubble"},
    "P3": {"rock", "concrete_block", "eps_foam_block"},
    "P4": {"bucket_empty", "bucket_full"},
    "P5": {"tyre_bare", "wheel_with_rim"},
    "P6": {"lumber_2x4", "pipe_tube", "pvc_pipe"},
    "P7": {"branch_leafy", "tree_limb", "tumbleweed"},
    "P8": {"deer_carcass", "plush_toy"},
    "P9": {"tarpaulin", "tarp_over_load"},
    "P10": {"water_puddle", "diesel_or_oil_spill", "gravel_spill", "glass_shards"},
    "P11": {"carton_wide_empty", "carton_wide_full"},
}
"""envs/physics/SOURCES.md 4.2."""

DOMAIN = {
    "length_m": (0.12, 4.5),
    "width_m": (0.05, 2.0),
    "height_m": (0.004, 1.1),
    "mass_kg": (0.005, 250.0),
    "crush_pressure_pa": (100.0, 5e7),
    "sharpness": (0.0, 0.9),
    "friction": (0.15, 0.8),
    "drag_area_m2": (0.01, 1.5),
    "restitution": (0.05, 0.55),
}
"""Least and greatest value of any body in the table of envs/physics/SOURCES.md 4 (restitution: 2.6)."""

TABLE = {
    "tyre_tread": ((0.4, 1.8), (0.15, 0.3), (0.04, 0.2), (2, 30), (1e5, 1e6), (0.05, 0.5), 15.9),
    "box_heavy": ((0.3, 0.6), (0.3, 0.6), (0.25, 0.6), (18, 60), (5e5, 5e6), (0.1, 0.5), 0.9),
    "bag_empty": ((0.25, 0.5), (0.25, 0.4), (0.05, 0.3), (0.005, 0.02), (100, 1000), (0, 0), 5.3),
    "rock": ((0.12, 0.5), (0.12, 0.45), (0.1, 0.4), (4, 150), (1e7, 5e7), (0.1, 0.5), 1.8),
    "mattress": ((1.85, 2.05), (0.9, 1.6), (0.18, 0.32), (15, 40), (4e3, 1e4), (0, 0.05), 4.4),
    "tree_limb": ((1, 3), (0.2, 0.6), (0.15, 0.4), (25, 250), (2e6, 6e6), (0.1, 0.4), 0.5),
    "sheet_metal": ((0.3, 2), (0.3, 1), (0.004, 0.08), (1.5, 20), (2e6, 2e7), (0.5, 0.9), 2.7),
    "carton_wide_empty": ((0.6, 0.9), (1.4, 2), (0.5, 0.8), (3, 9), (1e4, 4e4), (0, 0), 0.3),
    "carton_wide_full": ((0.6, 0.9), (1.4, 2), (0.5, 0.8), (45, 160), (1e5, 1e6), (0.1, 0.4), 0.3),
    "tumbleweed": ((0.4, 1), (0.4, 1), (0.4, 0.9), (0.3, 3), (500, 3e3), (0, 0.1), 0.9),
}
"""Rows of envs/physics/SOURCES.md 4, copied by hand: L, W, H, mass, crush, sharpness, prior share."""

BODIES = [name for name in names() if load(name).kind == "body"]
PATCHES = [name for name in names() if load(name).kind == "patch"]


def test_there_are_42_bodies_and_5_patches():
    assert (len(BODIES), len(PATCHES)) == (42, 5)


def test_split_is_the_published_one():
    assert {name for name in names() if load(name).split == "held_out"} == HELD_OUT
    train = [name for name in names() if load(name).split == "train"]
    # envs/physics/SOURCES.md 4.3: 32 bodies + 3 patches
    assert (len(set(train) & set(BODIES)), len(set(train) & set(PATCHES))) == (32, 3)


def test_look_alike_groups_are_the_published_ones():
    found = {}
    for name in names():
        found.setdefault(load(name).look_alike_group, set()).add(name)
    del found[None]
    assert found == GROUPS


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_members_of_a_group_share_one_look(group):
    assert len({load(name).look for name in GROUPS[group]}) == 1


def test_prior_shares_add_up_to_about_100_percent():
    # The table's column adds up to 100.4: it is rounded to one decimal.
    assert math.fsum(load(name).prior_share_percent for name in names()) == pytest.approx(100.4)


def test_thermal_and_radar_flags():
    assert {name for name in names() if load(name).is_warm} == {"deer_carcass", "small_carcass"}
    metal = {name for name in names() if load(name).is_metal}
    assert {"wheel_with_rim", "pipe_tube", "ladder_alu"} <= metal
    assert not metal & {"tyre_bare", "pvc_pipe", "lumber_2x4", "tyre_tread", *PATCHES}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_ranges_equal_the_table(name):
    spec, row = load(name), TABLE[name]
    keys = ("length_m", "width_m", "height_m", "mass_kg", "crush_pressure_pa", "sharpness")
    ranges = [getattr(spec, key) for key in keys]
    assert [(x.low, x.high) for x in ranges] == list(row[:6])
    assert spec.prior_share_percent == row[6]


@pytest.mark.parametrize("name", names())
def test_file_says_what_it_is_and_where_its_numbers_come_from(name):
    text = (BUILT_IN_DIR / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.splitlines()[0].endswith(".")
    spec = load(name)
    assert spec.name == name
    assert "[A]" in spec.source
    # Two patches rest on judgement alone and say so.
    if name not in {"glass_shards", "nails_screws"}:
        assert any(mark in spec.source for mark in ("[V]", "[M]"))
    assert spec.look in LOOKS


@pytest.mark.parametrize("name", BODIES)
def test_ranges_lie_in_the_domain_of_the_table(name):
    spec = load(name)
    for key, (low, high) in DOMAIN.items():
        distribution = getattr(spec, key)
        assert low <= distribution.low <= distribution.high <= high, key


@pytest.mark.parametrize("name", PATCHES)
def test_patch_fills_the_lane(name):
    spec = load(name)
    assert (spec.width_m.low, spec.width_m.high, spec.height_m.high) == (4.0, 4.0, 0.0)
    assert 2.0 <= spec.length_m.low + 1.0 <= spec.length_m.high <= 30.0
    assert 0.1 <= spec.tyre_friction.low <= spec.tyre_friction.high <= 0.8


@pytest.mark.parametrize("name", names())
def test_draws_are_finite_and_within_bounds(name):
    spec, rng = load(name), np.random.default_rng(13)
    for _ in range(200):
        draw = spec.sample(rng)
        assert all(math.isfinite(x) for x in dataclasses.astuple(draw))
        for key in DRAW_ORDER:
            assert getattr(spec, key).low <= getattr(draw, key) <= getattr(spec, key).high, key
        assert abs(draw.yaw_rad) <= (math.pi / 2 if spec.yaw_rad.high > 0.8 else 0.8)
        assert 0.0 <= draw.lift_area_m2 <= 4.0
        assert draw.stiffness_npm == 0.0 if name in PATCHES else 2e5 <= draw.stiffness_npm <= 5e6


def test_catalogue_is_the_folder():
    files = {path.stem for path in BUILT_IN_DIR.glob("*.yaml")}
    assert set(load_catalogue()) == files == set(names())
    assert names() == sorted(names())
