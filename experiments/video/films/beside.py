"""A dream under actions that are given, beside what really happens under them; each goes on when the other is over."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.highway.drawing.panel import format_usd
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_HZ, DECISION_S
from experiments.rollout.listener import UNSAID, Listener
from experiments.video.course.divergence import Divergence
from experiments.video.course.script import drive
from experiments.video.drawing.ending import EVENT_WORDS, Ending
from experiments.video.drawing.surfaces import Frame
from experiments.video.films.dreaming import FPS, Dreamt
from policies.base import Explanation, Observation, Policy
from policies.world_model.dream.env import DreamEnv
from policies.world_model.dream.settings import Imagination


class Plan(NamedTuple):
    """What is done, and from when on."""

    start: int  # decision of the episode
    actions: NDArray[np.float64]  # (T, 2) in [-1, 1]
    name: str  # shown


class Sleep(NamedTuple):
    """Which dream is dreamt; the fields are what ``DreamEnv`` is told."""

    imagination: Imagination
    segment: int
    seed: int
    temperature: float
    theta: tuple[int | None, ...] | None  # forced contents of every slot


class Failure(NamedTuple):
    """What the dream gets wrong."""

    step: int  # decisions since the beginning
    remark: str  # on the dream from then on


class Handover(Listener):
    """Drives as a policy does, but for the decisions of a plan.

    Parameters
    ----------
    policy
        Who drives before and after, in one world.
    plan
        What is done in between.
    """

    def __init__(self, policy: Policy, plan: Plan) -> None:
        super().__init__(policy)
        self._plan = plan
        self._decision = 0

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Begin the episode."""
        super().reset(mask, seeds)
        self._decision = 0

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """The policy is asked all the time, and overruled by the plan."""
        action = super().act(observation)
        step = self._decision - self._plan.start
        self._decision += 1
        return self._plan.actions[None, step] if 0 <= step < len(self._plan.actions) else action

    def explain(self) -> Explanation:
        """Whose actions these are."""
        return Explanation(np.full(1, UNSAID), np.zeros(1, np.int64), (self._plan.name,))


def dream_beside(
    policy: Policy, instance: ScenarioInstance, plan: Plan, sleep: Sleep, failure: Failure
) -> Dreamt:
    """Drive an instance, and dream a part of it under the same actions.

    Parameters
    ----------
    policy
        Who drives to where the dream begins.
    instance
        What is driven.
    plan
        What is done from there on.
    sleep
        Which dream.
    failure
        What the film is about.

    Returns
    -------
    Dreamt
        As long as the plan; without places, which nobody compares.
    """
    script = drive("what really happens", Handover(policy, plan), instance)
    env = DreamEnv(
        render_mode="rgb_array",
        checkpoint=sleep.imagination,
        temperature=sleep.temperature,
        horizon=len(plan.actions) + 1,
    )
    try:
        pictures, costs, ending = _live(env, plan, sleep)
    finally:
        env.close()
    parted = Divergence(failure.step, failure.remark)
    return Dreamt(
        script, plan.start, [], [], pictures, np.array(costs), parted, failure.remark, ending
    )


def _live(
    env: DreamEnv, plan: Plan, sleep: Sleep
) -> tuple[list[Frame], list[float], Ending | None]:
    """Pictures for the whole plan, cost after every decision, and how the dream ended if it did."""
    options: dict[str, Any] = {"segment": sleep.segment}
    if sleep.theta is not None:
        options["theta"] = list(sleep.theta)
    env.reset(seed=sleep.seed, options=options)
    env.begins_at = plan.start
    pictures: list[Frame] = list(env.pictures(1))
    costs, per_decision = [0.0], FPS // DECISION_HZ
    for step, action in enumerate(plan.actions):
        _, _, terminated, truncated, info = env.step(action)
        pictures += env.pictures(per_decision)
        costs.append(costs[-1] + float(info["cost"]["total"]))
        if terminated or truncated:
            pictures += [pictures[-1]] * per_decision * (len(plan.actions) - step - 1)
            return pictures, costs, _describe(info["events"], costs)
    return pictures, costs, None


def _describe(events: dict[str, Any], costs: list[float]) -> Ending:
    """How the dream ended."""
    words = [EVENT_WORDS.get(name, name) for name, happened in events.items() if bool(happened)]
    headline = (
        f"dreamt: {' and '.join(words) or 'the end'} after {(len(costs) - 1) * DECISION_S:.1f} s"
    )
    return Ending(headline, "", f"dreamt cost {format_usd(costs[-1])}", "", is_bad=bool(words))
