"""One instance, and what three policies do in it."""

import numpy as np
import pytest

from envs.scenario.suite import load_suite
from experiments.cli.locations import locate
from experiments.video.course.script import drive
from policies.base import BRAKE, Explanation, Option
from policies.floors import Constant, Uniform


class _Imagining:
    """Brakes, and says that it imagined two futures."""

    privileged = True

    def __init__(self):
        self._inner = Constant(braking_mps2=6.0)
        self.bound = []

    def bind(self, worlds):
        self.bound.append(worlds)

    def reset(self, mask, seeds):
        self._inner.reset(mask, seeds)

    def act(self, observation):
        self._y = float(observation["ego"][0, 0])
        return self._inner.act(observation)

    def explain(self):
        ahead = np.linspace(0.0, 60.0, 7)
        straight = np.column_stack([ahead, np.full(7, self._y)])
        aside = np.column_stack([ahead, self._y + ahead / 15.0])
        options = [
            Option("brake", BRAKE, 10.0, 10.0, 20.0, straight),
            Option("swerve", 4, 500.0, 400.0, 900.0, aside),
        ]
        return Explanation(np.array([BRAKE]), np.zeros(1, int), ("cheapest",), [options])


@pytest.fixture(scope="session")
def suite():
    return load_suite(locate("suite", "quick"))


@pytest.fixture(scope="session")
def instance(suite):
    """A sofa in the ego's lane: braking ends in a collision, keeping does not."""
    return suite.instance(suite.items("test")[0])


@pytest.fixture(scope="session")
def keep(instance):
    return drive("keep", Constant(), instance)


@pytest.fixture(scope="session")
def brake(instance):
    return drive("brake", Constant(braking_mps2=6.0), instance)


@pytest.fixture(scope="session")
def silent(instance):
    return drive("random", Uniform(), instance, policy_seed=3)


@pytest.fixture(scope="session")
def imagining(instance):
    return drive("imagining", _Imagining(), instance)


@pytest.fixture
def imagining_policy():
    return _Imagining()
