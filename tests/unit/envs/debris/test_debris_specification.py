"""DebrisSpec.sample: order of the draws, derived properties, determinism."""

import dataclasses
import math

import numpy as np
import pytest

from envs.debris.catalogue import load, names
from envs.debris.distribution import Constant, LogUniform
from envs.debris.specification import DRAW_ORDER, DebrisDraw


class ScriptedGenerator:
    """Hands out given uniform numbers, one per call, as ``numpy.random.Generator.random`` does."""

    def __init__(self, numbers):
        self.numbers = list(numbers)

    def random(self):
        """The next number."""
        return self.numbers.pop(0)


def test_draw_order_is_fixed():
    # A change here changes every world of every seed: it is a new version of the suites.
    assert DRAW_ORDER == (
        "length_m", "width_m", "height_m", "mass_kg", "crush_pressure_pa", "sharpness", "friction",
        "drag_area_m2", "restitution", "yaw_rad", "tyre_friction", "pieces",
    )  # fmt: skip


def test_each_property_takes_its_own_number():
    numbers = [(k + 1) / 20.0 for k in range(len(DRAW_ORDER))]
    spec = load("tyre_tread")
    draw = spec.sample(ScriptedGenerator(numbers))
    for name, u in zip(DRAW_ORDER, numbers, strict=True):
        assert getattr(draw, name) == getattr(spec, name).quantile(u), name


def test_tyre_tread_at_the_medians_by_hand():
    draw = load("tyre_tread").sample(ScriptedGenerator([0.5] * len(DRAW_ORDER)))
    length = math.sqrt(0.4 * 1.8)  # log-uniform: the median is the geometric mean, 0.8485 m
    crush = math.sqrt(1e5 * 1e6)  # 316.2 kPa
    assert draw.length_m == pytest.approx(length)
    assert draw.width_m == pytest.approx(0.225)
    assert draw.mass_kg == pytest.approx(math.sqrt(60.0))
    assert draw.crush_pressure_pa == pytest.approx(crush)
    # K = sigma W min(L, 0.5)/0.01 = 316.2e3 x 0.225 x 0.5/0.01 = 3.557 MN/m, inside 0.2-5
    assert draw.stiffness_npm == pytest.approx(3.5576e6, rel=1e-4)
    # tyre-like: 0.83 C_D A = 0.83 x 0.10
    assert draw.lift_area_m2 == pytest.approx(0.083)
    assert draw.yaw_rad == pytest.approx(0.0)
    assert (draw.tyre_friction, draw.pieces) == (0.0, 0.0)


def test_mattress_lifts_by_its_plan_area():
    draw = load("mattress").sample(ScriptedGenerator([0.5] * len(DRAW_ORDER)))
    assert draw.lift_area_m2 == pytest.approx(0.49 * 1.95 * 1.25)  # 1.194 m2


def test_patch_has_no_body():
    draw = load("nails_screws").sample(np.random.default_rng(3))
    bodily = (
        "height_m",
        "mass_kg",
        "crush_pressure_pa",
        "stiffness_npm",
        "friction",
        "drag_area_m2",
    )
    assert [getattr(draw, name) for name in (*bodily, "lift_area_m2", "yaw_rad")] == [0.0] * 8
    assert draw.width_m == 4.0
    assert 0.7 <= draw.tyre_friction <= 0.8
    assert draw.sharpness == 0.97
    assert 0.05 <= draw.pieces <= 1.0


def test_oil_has_three_kinds_of_grip():
    rng = np.random.default_rng(5)
    grip = [load("diesel_or_oil_spill").sample(rng).tyre_friction for _ in range(2000)]
    # Standard error of the share 0.7: sqrt(.7 x .3/2000) = 0.010; four of them.
    shares = [grip.count(value) / 2000 for value in (0.45, 0.25, 0.10)]
    assert sum(shares) == 1.0
    assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.041)


def test_same_seed_same_bits():
    first = [load(name).sample(np.random.default_rng(7)) for name in names()]
    second = [load(name).sample(np.random.default_rng(7)) for name in names()]
    assert first == second
    assert first != [load(name).sample(np.random.default_rng(8)) for name in names()]


@pytest.mark.parametrize("name", ["tyre_tread", "water_puddle", "diesel_or_oil_spill", "bag_empty"])
def test_every_type_consumes_the_same_number_of_draws(name):
    rng, expected = np.random.default_rng(9), np.random.default_rng(9)
    load(name).sample(rng)
    for _ in DRAW_ORDER:
        expected.random()
    assert rng.random() == expected.random()


def test_constant_property_leaves_the_others_alone():
    spec = load("rock")
    fixed = dataclasses.replace(spec, mass_kg=Constant(50.0))
    assert isinstance(spec.mass_kg, LogUniform)
    drawn = spec.sample(np.random.default_rng(2))
    assert fixed.sample(np.random.default_rng(2)) == dataclasses.replace(drawn, mass_kg=50.0)


def test_draw_and_spec_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load("rock").split = "train"
    with pytest.raises(dataclasses.FrozenInstanceError):
        load("rock").sample(np.random.default_rng(0)).mass_kg = 1.0


def test_draw_holds_plain_floats():
    draw = load("rock").sample(np.random.default_rng(0))
    assert {type(getattr(draw, field.name)) for field in dataclasses.fields(DebrisDraw)} == {float}
