"""Format of the checkpoints of model-free policies: an actor, with memory or without."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from envs.errors import UserError
from policies.checkpoint import CheckpointFormat, check_sizes
from policies.model_free.actor import Actor, Lstm, RecurrentActor
from policies.model_free.sight import NUM_INPUTS
from policies.networks.compiled import empty_net
from policies.reactive.command import NUM_COMMANDS, NUM_MOVES, NUM_PACES

SHIPPED: Final = Path(__file__).parent / "shipped"
"""One folder per policy that comes with the package."""

ALGORITHMS: Final = ("ppo", "recurrent_ppo", "qr_dqn")


def template(algorithm: str, hidden: int, memory: int) -> Actor | RecurrentActor:
    """Zeroed weights of all expected shapes."""
    outputs = NUM_COMMANDS if algorithm == "qr_dqn" else NUM_PACES + NUM_MOVES
    if algorithm != "recurrent_ppo":
        return Actor(empty_net(NUM_INPUTS, hidden, outputs, 1))
    shapes = ((NUM_INPUTS, 4 * memory), (4 * memory,), (memory, 4 * memory), (4 * memory,))
    lstm = Lstm(*(np.zeros(shape, np.float32) for shape in shapes))
    return RecurrentActor(lstm, empty_net(memory, hidden, outputs, 1))


def _described(path: Path, about: Mapping[str, Any]) -> Actor | RecurrentActor:
    """Zeroed weights of the algorithm and sizes in a description."""
    sizes = check_sizes(path, about, {"hidden": 0, "memory": 0})
    if about.get("algorithm") not in ALGORITHMS:
        allowed = ", ".join(ALGORITHMS)
        raise UserError(f"{path}: algorithm: got {about.get('algorithm')!r}, allowed: {allowed}")
    if not isinstance(about.get("sees_belief"), bool):
        raise UserError(
            f"{path}: sees_belief: got {about.get('sees_belief')!r}, expected true or false"
        )
    return template(about["algorithm"], **sizes)


FORMAT: Final = CheckpointFormat("roadworld-model-free", 1, _described)
load = FORMAT.load


def save(folder: Path, actor: Actor | RecurrentActor, about: Mapping[str, Any]) -> None:
    """Write a checkpoint; ``about`` contains at least ``algorithm``, ``sees_belief`` and ``budget``."""
    memory = actor.lstm.wh.shape[0] if isinstance(actor, RecurrentActor) else 0
    sizes = {"hidden": actor.head.b1.shape[1], "memory": memory}
    FORMAT.save(folder, actor, sizes, about)


def read_validation(about: Mapping[str, Any]) -> tuple[float, ...]:
    """Validation cost after every segment of the training, US$, from a description; empty if it has none."""
    costs = about.get("validation", {}).get("capped_usd_by_segment", ())
    return tuple(float(value) for value in costs)
