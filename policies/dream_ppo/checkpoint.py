"""Format of the checkpoint of DreamPPO: the actor, and the critics used in its training."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from policies.checkpoint import ABOUT, CheckpointFormat, check_sizes
from policies.networks.compiled import Net, empty_net
from policies.reactive.command import NUM_MOVES, NUM_PACES
from policies.world_model.model.actor_features import NUM_FEATURES

SHIPPED: Final = Path(__file__).parent / "shipped"
"""The checkpoint that comes with the package."""


class ActorCritics(NamedTuple):
    """Networks of the actor and the critics."""

    actor: Net  # one member: logits of paces, then of moves
    critics: Net  # one member per seed: value in units of ``reward_scale_usd``


def default_cost_hash() -> str:
    """Hash over all default cost parameters, because an actor is trained for one cost only."""
    return hashlib.sha256(np.asarray(CostParameters().to_array()).tobytes()).hexdigest()


def template(hidden: int, critics: int) -> ActorCritics:
    """Zeroed weights of all expected shapes."""
    return ActorCritics(
        empty_net(NUM_FEATURES, hidden, NUM_PACES + NUM_MOVES, 1),
        empty_net(NUM_FEATURES, hidden, 1, critics),
    )


def _described(path: Path, about: Mapping[str, Any]) -> ActorCritics:
    """Zeroed weights of the sizes in a description."""
    return template(**check_sizes(path, about, {"hidden": 1, "critics": 1}))


FORMAT: Final = CheckpointFormat("roadworld-dream-ppo", 1, _described)
load = FORMAT.load


def save(folder: Path, learned: ActorCritics, about: Mapping[str, Any]) -> None:
    """Write a checkpoint; ``about`` contains ``cost_hash``, and ``classes`` of the world model that made the dreams."""
    sizes = {"hidden": learned.actor.b1.shape[1], "critics": learned.critics.b1.shape[0]}
    FORMAT.save(folder, learned, sizes, about)


def check_fit(folder: Path, about: Mapping[str, Any], classes: tuple[str, ...]) -> None:
    """Check that an actor was trained for this world model and for the default cost.

    Parameters
    ----------
    folder
        Of the checkpoint, for the message.
    about
        Its description.
    classes
        Names of the world model's classes.

    Raises
    ------
    UserError
        If the classes of contents or the cost are others.
    """
    path = folder / ABOUT
    if tuple(about.get("classes", ())) != classes:
        raise UserError(f"{path}: classes: trained in another world model; train again")
    if about.get("cost_hash") != default_cost_hash():
        raise UserError(f"{path}: cost_hash: trained for another cost; train again")
