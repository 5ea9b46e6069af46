"""Script: all decisions of a policy in one instance, computed in the twin before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from envs.cost.parameters import CostParameters
from envs.scenario.instance import ScenarioInstance
from experiments.rollout.listener import Listener
from experiments.rollout.loop import Episode, Rollout
from policies.base import Explanation, Foreseeing, Foresight, Option, Outlook, Policy


class Caption(NamedTuple):
    """A policy's explanation of one decision."""

    label: int  # into policies.base.LABELS, or UNSAID
    reason: str  # the rule that fired or the chosen manoeuvre; empty without an explanation
    options: tuple[Option, ...]  # imagined: the chosen one, then the others, best first
    outlook: Outlook | None  # of this world alone, B = 1; None for a policy without a belief
    foresight: Foresight | None  # of the chosen plan; None if nothing was imagined or kept


@dataclass(frozen=True)
class Script:
    """Course of one policy in one instance, with ``T`` decisions."""

    name: str  # of the policy
    episode: Episode  # from which records are made
    options: tuple[
        tuple[Option, ...], ...
    ]  # T times, best first; empty for a policy that does not imagine
    outlooks: tuple[Outlook | None, ...]  # T times the belief; None for a policy without one
    cost: CostParameters | None = None  # of the simulation; None = the default setting
    foresights: tuple[
        Foresight | None, ...
    ] = ()  # T times the future of the chosen plan; empty if not kept

    @property
    def num_decisions(self) -> int:
        """Decisions of the episode."""
        return len(self.episode.actions)

    @property
    def cost_usd(self) -> float:
        """Expected cost of the episode, US$, as in the records."""
        return float(self.episode.total_usd.sum())

    def caption(self, decision: int) -> Caption:
        """The policy's explanation of a decision."""
        e = self.episode
        index = int(e.reasons[decision])
        reason = e.names[index] if 0 <= index < len(e.names) else ""
        options = _put_first(self.options[decision], reason)
        foresight = self.foresights[decision] if self.foresights else None
        return Caption(int(e.labels[decision]), reason, options, self.outlooks[decision], foresight)


def _put_first(options: tuple[Option, ...], name: str) -> tuple[Option, ...]:
    """Options with the chosen one first; a policy may continue a manoeuvre that is no longer the best."""
    chosen = tuple(option for option in options if option.name == name)
    return chosen + tuple(option for option in options if option.name != name)


class _Keeper(Listener):
    """Listener that records the imagined options and the belief of every decision."""

    def __init__(self, policy: Policy, *, foresee: bool) -> None:
        super().__init__(policy)
        self._foresee = foresee
        self.foresights: list[Foresight | None] = []
        self.options: list[tuple[Option, ...]] = []
        self.outlooks: list[Outlook | None] = []

    def hear(self, said: Explanation) -> None:
        """Record options and belief of the only world."""
        self.options.append(tuple(said.options[0]) if len(said.options) else ())
        self.outlooks.append(said.outlook)
        if self._foresee:
            future = self.policy.foresee(0) if isinstance(self.policy, Foreseeing) else None
            self.foresights.append(future)


def drive(
    name: str,
    policy: Policy,
    instance: ScenarioInstance,
    *,
    policy_seed: int = 0,
    cost: CostParameters | None = None,
    foresee: bool = False,
) -> Script:
    """Drive one instance in the twin, with the same result as ``experiments.evaluate``.

    Parameters
    ----------
    name
        Name of the policy.
    policy
        Any policy; a privileged one sees the twin.
    instance
        What it drives.
    policy_seed
        Seed of a policy that draws random numbers.
    cost
        Cost parameters; the default setting if not given.
    foresee
        Whether to keep the imagined future of every chosen plan.
    """
    listener = _Keeper(policy, foresee=foresee)
    rollout = Rollout(listener, [instance], num_worlds=1, policy_seed=policy_seed, cost=cost)
    ((_, episode),) = rollout.episodes()
    length = len(episode.actions)
    return Script(
        name,
        episode,
        tuple(listener.options[:length]),
        tuple(listener.outlooks[:length]),
        cost,
        tuple(listener.foresights[:length]),
    )
