"""The cost's parameters: defaults, refusals in one line, the record for compiled code."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest
from numba import njit

from envs.cost.parameters import CostParameters
from envs.physics.tyre import PUNCTURE_ENERGY_J

NUMBERS = [item.name for item in fields(CostParameters) if item.name != "loss_of_control"]


@njit
def read(array):
    p = array[0]
    return p.value_of_statistical_life_usd + p.yaw_threshold_mps2


def test_record_holds_every_number_by_its_name():
    parameters = CostParameters(tyre_damage_usd=123.0)
    array = parameters.to_array()
    assert array.shape == (1,)
    assert array.dtype.names == (*NUMBERS, "yaw_weight", "yaw_threshold_mps2", "yaw_width_mps2")
    assert [array[0][name] for name in NUMBERS] == [getattr(parameters, name) for name in NUMBERS]
    assert all(array.dtype[name] == np.float64 for name in array.dtype.names)


def test_compiled_code_reads_the_record():
    assert read(CostParameters(value_of_statistical_life_usd=1e7).to_array()) == 1e7 + 8.0


@pytest.mark.parametrize(
    ("setting", "expected"), [("off", (0, 8, 1.2)), ("8", (1, 8, 1.2)), ("5", (1, 5, 0.9))]
)
def test_loss_of_control_selects_threshold_and_width(setting, expected):
    p = CostParameters(loss_of_control=setting).to_array()[0]
    assert (p.yaw_weight, p.yaw_threshold_mps2, p.yaw_width_mps2) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [(False, "off"), (8, "8"), (5.0, "5"), ("off", "off")]
)
def test_loss_of_control_understands_yaml(given, expected):
    assert CostParameters.from_mapping({"loss_of_control": given}).loss_of_control == expected


@pytest.mark.parametrize("given", [True, 6, "on", None, "8.0"])
def test_loss_of_control_refuses_anything_else(given):
    with pytest.raises(
        ValueError, match=r'^cost: loss_of_control: got .*, expected one of "off", "8", "5"$'
    ):
        CostParameters.from_mapping({"loss_of_control": given})


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("tyre_damage_usd", -1.0, "a number >= 0"),
        ("tyre_damage_usd", float("nan"), "a number >= 0"),
        ("tyre_damage_usd", float("inf"), "a number >= 0"),
        ("tyre_damage_usd", "400", "a number >= 0"),
        ("tyre_damage_usd", True, "a number >= 0"),
        ("occupants", 0, "a number > 0"),
        ("puncture_loss_of_control", 1.01, "a number from 0 to 1"),
        ("puncture_loss_of_control", -0.01, "a number from 0 to 1"),
        ("injury_full_mps", 1.4, "a number > injury_onset_mps (1.4)"),
    ],
)
def test_parameters_refuse_a_bad_value_in_one_line(key, value, allowed):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared below
        CostParameters.from_mapping({key: value})
    assert str(error.value) == f"cost: {key}: got {value!r}, expected {allowed}"


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_refuses_nan_and_a_negative_value(name):
    for value in (float("nan"), -1.0):
        with pytest.raises(ValueError, match=f"^cost: {name}: got "):
            CostParameters.from_mapping({name: value})


def test_unknown_key_names_the_nearest_and_the_allowed():
    with pytest.raises(
        ValueError, match=r"^cost: unknown key 'tyre_usd': did you mean 'tyre_damage_usd'\?"
    ) as error:
        CostParameters.from_mapping({"tyre_usd": 1.0})
    assert "loss_of_control, value_of_statistical_life_usd" in str(error.value)
    assert "\n" not in str(error.value)


def test_parameters_are_frozen_and_equal_by_value():
    parameters = CostParameters()
    with pytest.raises(FrozenInstanceError):
        parameters.occupants = 2.0
    assert CostParameters.from_mapping({}) == parameters


def test_puncture_energy_has_one_default():
    assert CostParameters().puncture_energy_j == PUNCTURE_ENERGY_J
