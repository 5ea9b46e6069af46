"""The interface of policies: batched, with memory per world, and optionally with explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Observation = Mapping[str, NDArray[np.float32]]
"""Batched observation of Debris-v1: ``ego (B, E)``, ``vehicles (B, 8, V)``, ``debris (B, 4, D)``.

For a policy that is ``Seeing`` also ``camera (B, height, width, 3)``, uint8.
"""

LABELS: Final = ("keep", "run over", "straddle", "steer left", "steer right", "brake")
"""Reactions of the ego to an object on the road; every decision has one of these labels."""

KEEP, RUN_OVER, STRADDLE, STEER_LEFT, STEER_RIGHT, BRAKE = range(len(LABELS))


class Policy(Protocol):
    """A policy for ``B`` worlds at once.

    What it does in one world must not depend on the others: neither on their number nor on their order.

    Attributes
    ----------
    privileged
        Whether it may read what the observation does not show; see ``Privileged``.

    Notes
    -----
    ``policies.adapters`` wraps a Stable-Baselines3 zip, a plain function and a policy written for one world.
    ``Explaining`` adds the reasons of a decision: optional, shown in videos and kept in records.
    """

    privileged: bool

    def reset(self, mask: NDArray[np.bool_], seeds: NDArray[np.int64]) -> None:
        """Clear the memory of some worlds, in which new episodes begin.

        Parameters
        ----------
        mask
            ``(B,)``: worlds in which an episode begins. ``B`` may change when all of them are new.
        seeds
            ``(B,)`` >= 0: where a policy that draws random numbers takes them from, for the worlds of the mask. Made of
            the policy's seed and the instance, so that its draws depend on neither the batch nor the process.
        """
        ...

    def act(self, observation: Observation) -> NDArray[np.floating[Any]]:
        """One action per world, ``(B, 2)`` in [-1, 1]; ``observation`` is the present one and is not changed."""
        ...


@runtime_checkable
class Privileged(Protocol):
    """A policy that reads the simulated worlds themselves; ``privileged`` is true."""

    def bind(self, worlds: Any) -> None:  # noqa: ANN401 (the twin; policies may not import it)
        """Receive the environment with the worlds to be driven, before the first ``reset``.

        ``worlds`` is an ``envs.batched.env.DebrisVectorEnv`` with as many worlds as observations that will come.
        """
        ...


@runtime_checkable
class Seeing(Protocol):
    """A policy that acts on pictures.

    Attributes
    ----------
    camera
        Argument ``camera`` of the environments that it drives in; ``None`` if it reads numbers only.
    """

    camera: str | Mapping[str, Any] | None


class Budget(NamedTuple):
    """Environment steps and computing time that making a policy took."""

    environment_steps: int  # decisions in the simulator, with its teachers' and validation's
    cpu_s: float | None  # of training or tuning; ``None`` if it was not recorded


@runtime_checkable
class Budgeted(Protocol):
    """A policy that was learned or tuned, with a known budget.

    Attributes
    ----------
    budget
        What that took; ``None`` if nothing was learned, or it is not known.
    """

    budget: Budget | None


@runtime_checkable
class Validated(Protocol):
    """A policy with validation costs that were measured during its training.

    Attributes
    ----------
    validation_usd
        Mean cost of their episodes after each of several equal parts of the training, US$; costly episodes are capped.
    """

    validation_usd: tuple[float, ...]


class Option(NamedTuple):
    """One imagined manoeuvre."""

    name: str
    label: int  # into LABELS
    score_usd: float  # what the choice was made by; the smallest wins
    mean_usd: float  # mean imagined cost
    worst_usd: float  # mean of the worst fifth
    path: NDArray[np.float64]  # (T, 2) imagined positions of the ego: m ahead of here, and y
    # (A,) imagined cost of every case, empty if only one was imagined; their weights, adding up to 1
    outcomes_usd: NDArray[np.float64] = np.zeros(0)
    weights: NDArray[np.float64] = np.zeros(0)


class Outlook(NamedTuple):
    """The belief of a policy about the tracked objects of ``B`` worlds."""

    contents: NDArray[np.float64]  # (B, 4, N) probability of every class; zero for a free slot
    names: tuple[str, ...]  # N classes
    doubt: NDArray[np.float64]  # (B, 4) nats: what the members of an ensemble disagree about


class Foresight(NamedTuple):
    """Imagined future of the chosen plan, decision by decision, by each of ``M`` ensemble members.

    Positions are metres ahead of where the ego is now, and ``y``; not a number where there is nothing.
    """

    ego: NDArray[np.float64]  # (M, T, 2)
    vehicles: NDArray[np.float64]  # (M, T, 8, 2)
    objects: NDArray[np.float64]  # (M, T, 4, 2)


@dataclass(frozen=True)
class Explanation:
    """Labels, reasons and options of the last ``act``.

    Parameters
    ----------
    labels
        ``(B,)`` indices into ``LABELS``.
    reasons
        ``(B,)`` indices into ``names``: the rule that fired, or the manoeuvre that was chosen.
    names
        Names of the reasons.
    options
        Per world the imagined options, best first; empty for a policy that does not imagine.
    outlook
        The belief; ``None`` for a policy without one.
    is_late
        ``(B,)`` whether the decision was cut short by a deadline; ``None`` without one.
    imagined_s
        ``(B,)`` seconds of future imagined for the decision, all plans and members together; ``None`` for a policy that
        does not imagine.
    """

    labels: NDArray[np.int64]
    reasons: NDArray[np.int64]
    names: tuple[str, ...]
    options: Sequence[Sequence[Option]] = ()
    outlook: Outlook | None = None
    is_late: NDArray[np.bool_] | None = None
    imagined_s: NDArray[np.float64] | None = None


@runtime_checkable
class Explaining(Protocol):
    """A policy that explains its decisions."""

    def explain(self) -> Explanation:
        """Explanation of the last ``act``."""
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """A policy that can return an imagined future, for drawing only."""

    def foresee(self, world: int) -> Foresight | None:
        """Future of the plan that the last ``act`` chose in a world; ``None`` where nothing was imagined."""
        ...
