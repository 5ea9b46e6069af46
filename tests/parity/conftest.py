"""Options of the parity tests: how much of the slow reference to run.

``pytest tests/parity --parity-seeds 100 --parity-seconds 40`` is the full run (``make parity``):
tens of minutes, nearly all of it highway-env. Without the options, which only exist when
``tests/parity`` is named on the command line, it is 2 seeds of 10 s.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the two options."""
    parser.addoption("--parity-seeds", type=int, default=2, help="seeds of every scene family")
    parser.addoption("--parity-seconds", type=float, default=10.0, help="length of a scene, s")


@pytest.fixture(scope="session")
def parity_seeds(pytestconfig: pytest.Config) -> int:
    """Number of seeds per family."""
    return int(pytestconfig.getoption("--parity-seeds", default=2))


@pytest.fixture(scope="session")
def parity_seconds(pytestconfig: pytest.Config) -> float:
    """Length of a scene in seconds."""
    return float(pytestconfig.getoption("--parity-seconds", default=10.0))
