"""Films a dream under given actions beside the true course under the same actions; each plays to its own end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.highway.drawing.panel import format_usd
from envs.scenario.instance import ScenarioInstance
from envs.specification import DECISION_S
from experiments.rollout.listener import UNSAID, Listener
from experiments.video.course.divergence import Divergence
from experiments.video.course.script import drive
from experiments.video.drawing.ending import EVENT_WORDS, Ending
from experiments.video.films.dreaming import Dreamt, play_dream
from policies.base import Explanation, Observation, Policy
from policies.world_model.dream.env import DreamEnv
from policies.world_model.dream.simulation.settings import Imagination


class Plan(NamedTuple):
    """Given actions and the decision at which they begin."""

    start: int  # decision of the episode
    actions: NDArray[np.float64]  # (T, 2) in [-1, 1]
    name: str  # shown


class Sleep(NamedTuple):
    """Arguments of ``DreamEnv`` and of its ``reset``."""

    imagination: Imagination
    segment: int
    seed: int
    temperature: float
    theta: tuple[int | None, ...] | None  # forced contents of every slot


class Failure(NamedTuple):
    """Description of the dream's error."""

    step: int  # decisions since the start
    remark: str  # on the dream from then on


class Handover(Listener):
    """A policy whose actions are replaced during the decisions of a plan."""

    def __init__(self, policy: Policy, plan: Plan) -> None:
        super().__init__(policy)
        self._plan = plan
        self._decision = 0

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Begin an episode."""
        super().reset(mask, seeds)
        self._decision = 0

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """Return the plan's action during the plan; the policy still acts, so that its memory stays complete."""
        action = super().act(observation)
        step = self._decision - self._plan.start
        self._decision += 1
        return self._plan.actions[None, step] if 0 <= step < len(self._plan.actions) else action

    def explain(self) -> Explanation:
        """The name of the plan, given as the reason."""
        return Explanation(np.full(1, UNSAID), np.zeros(1, np.int64), (self._plan.name,))


def dream_beside(
    policy: Policy, instance: ScenarioInstance, plan: Plan, sleep: Sleep, failure: Failure
) -> Dreamt:
    """Drive an instance, and dream a part of it under the same actions.

    Parameters
    ----------
    policy
        Drives before the dream begins and after the plan.
    instance
        What is driven.
    plan
        The actions of the part that is dreamt.
    sleep
        Settings of the dream.
    failure
        What the film is about.

    Returns
    -------
    Dreamt
        As long as the plan; without positions, because they are not compared.
    """
    script = drive("what really happens", Handover(policy, plan), instance)
    env = DreamEnv(
        render_mode="rgb_array",
        checkpoint=sleep.imagination,
        temperature=sleep.temperature,
        horizon=len(plan.actions) + 1,
    )
    options: dict[str, Any] = {"segment": sleep.segment}
    if sleep.theta is not None:
        options["theta"] = list(sleep.theta)
    try:
        env.reset(seed=sleep.seed, options=options)
        course, costs, info = play_dream(env, plan.start, plan.actions)
    finally:
        env.close()
    ending = None if info is None else _describe(info["events"], costs)
    parted = Divergence(failure.step, failure.remark)
    shown, paid = len(plan.actions), np.array(costs)
    return Dreamt(script, plan.start, [], [], course, paid, shown, parted, failure.remark, ending)


def _describe(events: dict[str, Any], costs: list[float]) -> Ending:
    """Describe how the dream ended."""
    words = [EVENT_WORDS.get(name, name) for name, happened in events.items() if bool(happened)]
    headline = (
        f"dreamt: {' and '.join(words) or 'the end'} after {(len(costs) - 1) * DECISION_S:.1f} s"
    )
    return Ending(headline, "", f"dreamt cost {format_usd(costs[-1])}", "", is_bad=bool(words))
