"""A decision that is none says whose it is: the policy, the world and the decision."""

import numpy as np
import pytest
import torch

from envs.errors import UserError
from envs.scenario.generator import ScenarioSampler
from experiments.rollout.decision_check import check_decision, policy_name
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Rollout
from experiments.studies.audit.subjects.rollout import driven_by
from experiments.training.collection.drive import drive
from policies.adapters import FromFunction, OnePerWorld


def instances(count=3):
    rng = np.random.default_rng(4)
    return [ScenarioSampler("lone_object").sample(rng) for _ in range(count)]


def bad_after(decision, world, value):
    """A function that returns a bad value in one world, from one decision on."""
    calls = []

    def decide(observation):
        calls.append(0)
        actions = np.zeros((len(observation["ego"]), 2))
        if len(calls) > decision:
            actions[world, 1] = value
        return actions

    return decide


def line(call):
    with pytest.raises(UserError) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("value", [np.nan, -np.inf, 1.5])
def test_the_loop_names_policy_world_instance_and_decision(value):
    given = instances()
    policy = FromFunction(bad_after(2, 1, value))
    wanted = (
        f"act: got [0.0, {value}] in decision 2 of world 1 (lone_object, instance "
        f"{given[1].hash[:12]}), every component must lie in [-1, 1]"
    )
    assert line(lambda: list(Rollout(policy, given).episodes())) == f"policy decide: {wanted}"
    policy = FromFunction(bad_after(2, 1, value))
    named = Rollout(policy, given, name="mine")
    assert line(lambda: list(named.episodes())) == f"policy mine: {wanted}"
    policy = FromFunction(bad_after(2, 1, value))
    assert line(lambda: drive(policy, given, [0, 1, 2], "mine")) == f"policy mine: {wanted}"


def test_the_audit_does_not_clip_a_wrong_action_in_silence():
    seen = {"ego": np.zeros((2, 18), np.float32)}
    act = driven_by(FromFunction(bad_after(0, 1, 1.5)), 2)
    assert line(lambda: act(7, seen)) == (
        "policy decide: act: got [0.0, 1.5] in decision 7 of future 1, every component must lie in [-1, 1]"
    )


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (np.zeros(2), "got shape (2,), expected (3, 2): one row for each of the 3 worlds"),
        (np.zeros((3, 3)), "got shape (3, 3), expected (3, 2)"),
        (None, "got None, expected real numbers"),
        ("brake", "got 'brake', expected real numbers"),
        ([[1.0], [0.0, 0.0], [0.0]], "got lists of unequal lengths, expected an array"),
        (
            torch.zeros((3, 2), requires_grad=True),
            "got Tensor: RuntimeError: Can't call numpy() on Tensor",
        ),
    ],
)
def test_what_is_no_action_is_one_line(returned, message):
    assert line(lambda: check_decision("mine", returned, 3, str)).startswith(
        f"policy mine: act: {message}"
    )


class Single:
    """A policy for one world."""

    def __init__(self, returned):
        self.returned = returned

    def reset(self, seed):
        """Nothing."""

    def act(self, observation):
        """What was given."""
        del observation
        return self.returned


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (
            np.zeros(3),
            "got shape (3,), expected (2,): acceleration and lateral target of one world",
        ),
        (np.zeros((1, 2)), "got shape (1, 2), expected (2,)"),
        ((np.zeros(2), None), "got lists of unequal lengths"),
        (None, "got None, expected real numbers"),
    ],
)
def test_a_policy_for_one_world_is_shown_its_own_shapes(returned, message):
    policy = OnePerWorld(lambda: Single(returned))
    text = line(lambda: list(Rollout(policy, instances()).episodes()))
    assert text.startswith(f"policy Single: act: {message}")


def test_names_where_no_file_is_known():
    assert policy_name(FromFunction(np.sin)) == "sin"
    assert policy_name(OnePerWorld(Single)) == "Single"
    assert policy_name(Listener(FromFunction(np.sin))) == "sin"
