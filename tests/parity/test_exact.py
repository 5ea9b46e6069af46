"""P1 and P4: with NumPy's wide-vector math off, both engines give the same bits."""

import pytest

from tests.parity.vector_math import run_exactly

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("family", ["a", "b", "c", "d", "e", "f", "v0"])
def test_engines_are_equal_bit_for_bit(family, parity_seeds, parity_seconds):
    # family f is small and varied: many seeds of it cost as much as one of the others
    seeds = parity_seeds * (10 if family == "f" else 1)
    options = ("--seeds", str(seeds), "--seconds", str(parity_seconds))
    done = run_exactly("-m", "tests.parity.exact_run", family, *options)
    if done.returncode == 3:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert f"{seeds} of {seeds} seeds equal" in done.stdout
