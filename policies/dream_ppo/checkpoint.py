"""The checkpoint of actor and critics: the world model's two files with other numbers in them; no torch, no zip."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.specification.world import Array
from policies.checkpoint import ABOUT, read_about, read_tensors, write_checkpoint
from policies.networks.compiled import Net, empty_net
from policies.reactive.command import NUM_MOVES, NUM_PACES
from policies.world_model.model.actor_features import NUM_FEATURES

FORMAT: Final = "roadworld-dream-ppo"
SCHEMA: Final = 1

SHIPPED: Final = Path(__file__).parent / "shipped"
"""The checkpoint that comes with the package."""


class ActorCritics(NamedTuple):
    """What was learned."""

    actor: Net  # one member: logits of paces, then of moves
    critics: Net  # one member per seed: value in units of ``reward_scale_usd``


@dataclass(frozen=True)
class Checkpoint:
    """Actor and critics, and what is known about them."""

    learned: ActorCritics
    about: Mapping[str, Any]

    @property
    def reward_scale_usd(self) -> float:
        """US$ that are a value of -1."""
        return float(self.about["reward_scale_usd"])


def cost_hash(params: Array) -> str:
    """Hash over all cost parameters: values mean nothing under another cost."""
    return hashlib.sha256(np.asarray(params).tobytes()).hexdigest()


def default_cost_hash() -> str:
    """Of the cost as it is by default."""
    return cost_hash(CostParameters().to_array())


def template(hidden: int, critics: int) -> ActorCritics:
    """Zeroed weights of every shape that is expected."""
    return ActorCritics(
        empty_net(NUM_FEATURES, hidden, NUM_PACES + NUM_MOVES, 1),
        empty_net(NUM_FEATURES, hidden, 1, critics),
    )


def save(folder: Path, learned: ActorCritics, about: Mapping[str, Any]) -> None:
    """Write a checkpoint.

    Parameters
    ----------
    folder
        Made if it does not exist.
    learned
        The numbers.
    about
        With ``cost_hash``, ``reward_scale_usd`` and ``classes`` of the world model that was dreamt with.

    Raises
    ------
    UserError
        If it would be too large, or the operating system refuses.
    """
    sizes = {"hidden": learned.actor.b1.shape[1], "critics": learned.critics.b1.shape[0]}
    write_checkpoint(folder, learned, FORMAT, SCHEMA, {"sizes": sizes} | dict(about))


def load(folder: Path) -> Checkpoint:
    """Read a checkpoint and check everything that can be checked.

    Parameters
    ----------
    folder
        Of ``save``.

    Returns
    -------
    Checkpoint
        Fit for this version's observation and cost.

    Raises
    ------
    UserError
        One line naming file and field.
    """
    path = folder / ABOUT
    about = read_about(path, FORMAT, SCHEMA)
    sizes = about.get("sizes")
    if not isinstance(sizes, dict) or set(sizes) != {"hidden", "critics"}:
        raise UserError(f"{path}: sizes: expected hidden, critics")
    for name, value in sizes.items():
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1024:
            raise UserError(f"{path}: sizes.{name}: got {value!r}, expected 1 to 1024")
    scale = about.get("reward_scale_usd")
    if not isinstance(scale, int | float) or isinstance(scale, bool) or not 0.0 < scale < 1e12:
        raise UserError(f"{path}: reward_scale_usd: got {scale!r}, expected a number > 0")
    like = template(sizes["hidden"], sizes["critics"])
    return Checkpoint(read_tensors(folder, about, like), about)


def check_fit(folder: Path, about: Mapping[str, Any], classes: tuple[str, ...], cost: str) -> None:
    """Refuse what was dreamt with other classes of contents, or for another cost.

    Parameters
    ----------
    folder
        Of the checkpoint, for the message.
    about
        Its description.
    classes
        Names of the world model's classes.
    cost
        ``cost_hash`` of what is to be paid.

    Raises
    ------
    UserError
        One line naming file and field.
    """
    path = folder / ABOUT
    if tuple(about.get("classes", ())) != classes:
        raise UserError(f"{path}: classes: dreamt with another world model; train again")
    if about.get("cost_hash") != cost:
        raise UserError(f"{path}: cost_hash: learned for another cost; train again")
