"""Compiled functions are parts of their compiled callers; only what Python calls is machine code of its own."""

import gc
import math

import numpy as np
import pytest
from numba import config

from envs.physics.linking import Linked

pytestmark = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")


def linked(function, **options):
    return Linked(function, targetoptions={"error_model": "numpy", **options})


def scaled_by(factor):
    """Functions of one name, with different bodies."""

    def scale(x):
        return factor * x

    return linked(scale)


@linked
def half(x):
    return 0.5 * x


def test_callee_is_no_machine_code_until_python_calls_it():
    callee = linked(lambda x: x + 1.0)
    caller = linked(lambda x: callee(x) * 2.0)
    assert caller(1.0) == 4.0
    assert not callee.signatures
    assert callee(1.0) == 2.0
    assert len(callee.signatures) == 1
    # and compiled callers still find it
    assert linked(lambda x: callee(x) * 3.0)(1.0) == 6.0


def test_constants_are_no_types_of_their_own():
    callee = linked(lambda array, k: array[k])
    caller = linked(lambda array, k: callee(array, 0) + callee(array, 1) + callee(array, k))
    assert caller(np.array([1.0, 2.0, 4.0]), 2) == 7.0
    assert len(callee._plain.signatures) == 1


def test_functions_of_one_name_stay_apart():
    twice, thrice = scaled_by(2.0), scaled_by(3.0)
    inside = linked(lambda x: thrice(x) + 1.0)
    assert linked(lambda x: twice(x) + 10.0 * thrice(x) + 100.0 * inside(x))(1.0) == 432.0


def test_builtin_minimum_and_maximum_stay_apart():
    clipped = linked(lambda x: min(max(x, 0.25), 1.0))
    outer = linked(lambda x: max(min(clipped(x), 0.9), 0.3))
    assert [outer(x) for x in (0.0, 0.5, 2.0)] == [0.3, 0.5, 0.9]


def test_error_of_a_callee_reaches_python():
    def refuse(x):
        if x < 0.0:
            raise ValueError("negative")
        return math.sqrt(x)

    callee = linked(refuse)
    caller = linked(lambda x: callee(x) + 1.0)
    assert caller(4.0) == 3.0
    with pytest.raises(ValueError, match="negative"):
        caller(-1.0)


def test_options_of_a_callee_hold_inside_its_caller():
    divided = linked(lambda x, y: x / y)
    assert linked(lambda x, y: divided(x, y))(1.0, 0.0) == math.inf


def test_collector_runs_again_after_a_compilation_and_after_a_failed_one():
    assert gc.isenabled()
    assert linked(lambda x: half(x) + 1.0)(2.0) == 2.0
    assert gc.isenabled()
    with pytest.raises(Exception, match="No implementation of function"):
        linked(lambda x: x + "text")(1.0)
    assert gc.isenabled()
    gc.disable()
    try:
        linked(lambda x: half(x) + 2.0)(2.0)
        assert not gc.isenabled()
    finally:
        gc.enable()
