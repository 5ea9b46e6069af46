"""Copies of running worlds, in which a policy simulates candidate actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.batched.env import DebrisVectorEnv
from envs.specification import DECISIONS_PER_EPISODE, episode
from envs.specification.world import Batch
from policies.base import Policy, Privileged


class Bound:
    """The part that oracles share: the worlds into which they look."""

    privileged = True
    _worlds: DebrisVectorEnv | None = None

    def bind(self, worlds: DebrisVectorEnv) -> None:
        """Look into these worlds from now on."""
        self._worlds = worlds

    def _bound(self) -> DebrisVectorEnv:
        """The bound worlds; an error if there are none."""
        if self._worlds is None:
            msg = "bind was not called"
            raise RuntimeError(msg)
        return self._worlds


def roll_closed_loop(
    worlds: DebrisVectorEnv,
    chosen: NDArray[np.intp],
    policies: Sequence[Policy],
    seeds: NDArray[np.int64],
    *,
    start: Batch | None = None,
    num_decisions: int = DECISIONS_PER_EPISODE,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Actions of other policies until the end of the episode, and their cost.

    Parameters
    ----------
    worlds
        The running worlds; not changed.
    chosen
        ``(K,)`` which of them.
    policies
        ``P`` policies that need no look into the worlds; each begins anew here.
    seeds
        ``(K,)`` for their random draws.
    start
        ``(K,)`` worlds to begin from; the running ones if not given.
    num_decisions
        How long at most.

    Returns
    -------
    actions
        ``(K, P, T, 2)`` with ``T`` decisions until the last of these episodes is over; 0 after the end.
    cost_usd
        ``(K, P)``: exact, if these actions are executed.

    Raises
    ------
    ValueError
        If one of the policies is privileged: it would look into the wrong worlds.
    """
    if any(isinstance(policy, Privileged) for policy in policies):
        msg = "an oracle cannot simulate a privileged policy"
        raise ValueError(msg)
    start = worlds.batch[chosen].copy() if start is None else start
    left = DECISIONS_PER_EPISODE - int(start["episode_i"][:, episode.DECISION].min())
    left = min(left, num_decisions)
    copies = _make_copies(worlds, chosen)
    state = {**copies.state_dict(), "worlds": start}
    actions = np.zeros((len(chosen), len(policies), left, 2))
    costs = np.zeros((len(chosen), len(policies)))
    for p, policy in enumerate(policies):
        copies.load_state_dict(state)
        policy.reset(np.ones(len(chosen), np.bool_), seeds)
        runs = np.ones(len(chosen), np.bool_)
        for t in range(left):
            observation = {key: copies.batch[key].copy() for key in ("ego", "vehicles", "debris")}
            action = np.asarray(policy.act(observation), dtype=np.float64)
            actions[runs, p, t] = action[runs]
            _, _, terminated, truncated, info = copies.step(action)
            costs[runs, p] += info["cost"]["total"][runs]
            runs &= ~(terminated | truncated)
            if not runs.any():
                break
    return actions, costs


def _make_copies(worlds: DebrisVectorEnv, chosen: NDArray[np.intp]) -> DebrisVectorEnv:
    """Make an environment with copies of the chosen worlds, at the same cost setting."""
    instances = [worlds.instances[b] for b in chosen]
    first = instances[0]

    def again(*_: object) -> Any:  # noqa: ANN401 (an instance; policies do not know scenarios)
        # a copy whose episode is over is not looked at any more, but must hold something
        return first

    copies = DebrisVectorEnv(len(chosen), scenario=again, cost=worlds.settings.cost)
    copies.reset(options={"instance": instances})
    return copies
