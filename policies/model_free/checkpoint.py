"""The checkpoint of an actor: safetensors and JSON, as of every learned policy here; no torch, no zip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.errors import UserError
from policies.checkpoint import ABOUT, read_about, read_tensors, write_checkpoint
from policies.model_free.actor import Actor, Lstm, RecurrentActor
from policies.model_free.sight import NUM_INPUTS
from policies.networks.compiled import empty_net
from policies.reactive.command import NUM_COMMANDS, NUM_MOVES, NUM_PACES

FORMAT: Final = "roadworld-model-free"
SCHEMA: Final = 1

SHIPPED: Final = Path(__file__).parent / "shipped"
"""One folder per policy that comes with the package."""

ALGORITHMS: Final = ("ppo", "recurrent_ppo", "qr_dqn")


@dataclass(frozen=True)
class Checkpoint:
    """An actor and what is known about it."""

    actor: Actor | RecurrentActor
    about: Mapping[str, Any]

    @property
    def is_flat(self) -> bool:
        """Whether outputs are values of flat commands, not logits of paces and of moves."""
        return bool(self.about["algorithm"] == "qr_dqn")


def template(algorithm: str, hidden: int, memory: int) -> Actor | RecurrentActor:
    """Zeroed weights of every shape that is expected."""
    outputs = NUM_COMMANDS if algorithm == "qr_dqn" else NUM_PACES + NUM_MOVES
    if algorithm != "recurrent_ppo":
        return Actor(empty_net(NUM_INPUTS, hidden, outputs, 1))
    shapes = ((NUM_INPUTS, 4 * memory), (4 * memory,), (memory, 4 * memory), (4 * memory,))
    lstm = Lstm(*(np.zeros(shape, np.float32) for shape in shapes))
    return RecurrentActor(lstm, empty_net(memory, hidden, outputs, 1))


def save(folder: Path, actor: Actor | RecurrentActor, about: Mapping[str, Any]) -> None:
    """Write a checkpoint.

    Parameters
    ----------
    folder
        Made if it does not exist.
    actor
        The numbers.
    about
        With ``algorithm``, ``sees_belief``, ``classes`` of the world model and ``budget``.

    Raises
    ------
    UserError
        If it would be too large, or the operating system refuses.
    """
    memory = actor.lstm.wh.shape[0] if isinstance(actor, RecurrentActor) else 0
    sizes = {"hidden": actor.head.b1.shape[1], "memory": memory}
    write_checkpoint(folder, actor, FORMAT, SCHEMA, {"sizes": sizes} | dict(about))


def load(folder: Path) -> Checkpoint:
    """Read a checkpoint and check everything that can be checked.

    Parameters
    ----------
    folder
        Of ``save``.

    Returns
    -------
    Checkpoint
        Fit for this version's observation.

    Raises
    ------
    UserError
        One line naming file and field.
    """
    path = folder / ABOUT
    about = read_about(path, FORMAT, SCHEMA)
    sizes = about.get("sizes")
    if not isinstance(sizes, dict) or set(sizes) != {"hidden", "memory"}:
        raise UserError(f"{path}: sizes: expected hidden, memory")
    for name, value in sizes.items():
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1024:
            raise UserError(f"{path}: sizes.{name}: got {value!r}, expected 0 to 1024")
    if about.get("algorithm") not in ALGORITHMS:
        allowed = ", ".join(ALGORITHMS)
        raise UserError(f"{path}: algorithm: got {about.get('algorithm')!r}, allowed: {allowed}")
    if not isinstance(about.get("sees_belief"), bool):
        raise UserError(
            f"{path}: sees_belief: got {about.get('sees_belief')!r}, expected a truth value"
        )
    like = template(about["algorithm"], sizes["hidden"], sizes["memory"])
    return Checkpoint(read_tensors(folder, about, like), about)


def read_validation(about: Mapping[str, Any]) -> tuple[float, ...]:
    """What a checkpoint says validation found after every part of its training, US$; empty if it says nothing."""
    found = about.get("validation", {}).get("capped_usd_by_segment", ())
    return tuple(float(value) for value in found)
