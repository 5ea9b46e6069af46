"""Canaries C1, C2, C3, C5, C6: each names an assumption of exact parity before parity fails."""

import math
from pathlib import Path

import numba
import numpy as np
import pytest
from highway_env.road.lane import AbstractLane
from highway_env.vehicle.behavior import IDMVehicle
from highway_env.vehicle.controller import ControlledVehicle, MDPVehicle
from highway_env.vehicle.kinematics import Vehicle
from highway_env.vehicle.objects import Obstacle
from numba.core.registry import CPUDispatcher

from envs.batched.kernels import collision, idm, mobil, move, neighbours, parity_scene, tick
from envs.batched.kernels.fma import fma
from envs.physics import steering
from envs.specification import LANE_WIDTH_M, TICK_HZ, TICK_S
from tests.parity.vector_math import ROOT, blas_is_fused, run_exactly

pytestmark = pytest.mark.parity

MODULES = [collision, idm, mobil, move, neighbours, parity_scene, tick, steering]


@numba.njit
def compiled_modulo(a, b):
    """Numba's floor modulo."""
    return a % b


@numba.njit
def compiled_fma(a, b, c):
    """The kernels' fused multiply-add."""
    return fma(a, b, c)


def test_c1_wide_vector_math_can_be_switched_off():
    check = "from tests.parity.vector_math import mismatches as m; raise SystemExit(str(m()))"
    counts = run_exactly("-c", check).stderr.strip()
    names = ("tan", "arctan", "arcsin", "sin", "cos", "exp", "power")
    message = "NPY_DISABLE_CPU_FEATURES did not work: P1 means nothing here"
    assert counts == str(dict.fromkeys(names, 0)), message


def test_c2_blas_rounds_dot_products_as_the_kernels_do():
    if not blas_is_fused():
        pytest.skip("another BLAS than OpenBLAS: exact parity is not available here")
    # (1 + e)^2 - 1 = 2e + e^2 exactly when fused; unfused the e^2 is lost. e = 2^-30
    tiny = 2.0**-30
    assert compiled_fma(1.0 + tiny, 1.0 + tiny, -1.0) == 2.0 * tiny + tiny**2
    assert (1.0 + tiny) * (1.0 + tiny) - 1.0 != 2.0 * tiny + tiny**2


def test_c3_squares_and_modulos_round_alike():
    values = np.random.default_rng(2).normal(scale=20.0, size=5_000)
    for x in values:
        assert np.power(x, 2) == x * x
        remainder = float(x) % (2 * math.pi)
        assert x % (2 * np.pi) == remainder
        assert compiled_modulo(float(x), 2 * math.pi) == remainder


def test_c5_upstream_constants_are_the_twins():
    expected = {
        "COMFORT_ACC_MAX": idm.COMFORT_ACCELERATION,
        "COMFORT_ACC_MIN": -idm.COMFORT_BRAKING,
        "ACC_MAX": idm.MAX_ACCELERATION,
        "POLITENESS": 0.0,
        "LANE_CHANGE_MIN_ACC_GAIN": mobil.MIN_GAIN,
        "LANE_CHANGE_MAX_BRAKING_IMPOSED": mobil.MAX_BRAKING_IMPOSED,
        "LANE_CHANGE_DELAY": mobil.CHANGE_DELAY_S,
        "KP_A": tick.KP_SPEED,
        "KP_HEADING": steering.KP_HEADING,
        "KP_LATERAL": steering.KP_LATERAL,
        "MAX_STEERING_ANGLE": steering.MAX_STEERING,
        "MAX_SPEED": move.MAX_SPEED,
        "MIN_SPEED": -move.MAX_SPEED,
        "DISTANCE_WANTED": 10.0,
        "TIME_WANTED": 1.5,
        "DELTA": 4.0,
        "DELTA_RANGE": [3.5, 4.5],
        "LENGTH": 5.0,
        "WIDTH": 2.0,
    }
    assert {name: getattr(IDMVehicle, name) for name in expected} == expected
    assert AbstractLane.DEFAULT_WIDTH == LANE_WIDTH_M
    assert AbstractLane.VEHICLE_LENGTH == neighbours.END_MARGIN_M
    assert (Obstacle.LENGTH, Obstacle.WIDTH) == (2, 2)
    assert MDPVehicle.DEFAULT_TARGET_SPEEDS.tolist() == [20.0, 25.0, 30.0]
    assert issubclass(IDMVehicle, ControlledVehicle)
    assert issubclass(ControlledVehicle, Vehicle)
    assert TICK_S == 1 / TICK_HZ == 1 / 15


def test_c6_nothing_is_compiled_loosely():
    dispatchers = {
        f"{module.__name__}.{name}": item
        for module in MODULES
        for name, item in vars(module).items()
        if isinstance(item, CPUDispatcher)
    }
    assert len(dispatchers) > 25 or numba.config.DISABLE_JIT
    for name, dispatcher in dispatchers.items():
        options = dispatcher.targetoptions
        assert not options.get("fastmath", False), name
        assert not options.get("parallel", False), name
        assert options["error_model"] == "numpy", name
    assert not numba.config.USING_SVML or numba.config.DISABLE_INTEL_SVML


def test_c6_no_kernel_source_asks_for_it():
    sources = [
        *(ROOT / "envs" / "batched").rglob("*.py"),
        *(ROOT / "envs" / "physics").rglob("*.py"),
    ]
    assert Path(tick.__file__) in sources
    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert "fastmath=" not in text, source
        assert "prange(" not in text, source
