"""State hashes, costs and observations of fixed drives, as JSON: ``python tests/fingerprint_states.py debris``.

Environments are made by their public ids, so that the same file runs whatever modules are called. Actions come from a
seed and from what the first observation says of the road.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np

DEBRIS, DREAM = "envs:roadworld/Debris-v1", "policies.world_model.dream:roadworld/Dream-v1"
INJECT = "envs:roadworld/Inject-v1"

FAMILIES = (
    "lone_object", "cut_out", "falling_load", "lead_drives_over", "wake", "wind_blown",
    "hidden_again", "boxed_in", "debris_field", "knock_on", "spill", "phantom",
)  # fmt: skip
BASES = ("merge-v1", "two-way-v0", "roundabout-v1", "intersection-v2", "racetrack-v1")

NUM_ONE, NUM_MANY, NUM_DREAM = 2, 10, 3
"""Seeds of every family: in the reference engine, in the vectorised one, in the learned world."""

NUM_DECISIONS = 100
EDGE_M = 0.9
"""Between the ego's centre and an edge of the road at most."""


class Digest:
    """A running hash of numbers and arrays."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, value: Any) -> None:
        """Take nested mappings, sequences, arrays and plain values in; mappings by sorted key."""
        if isinstance(value, dict):
            for key in sorted(value):
                self.add(value[key])
        elif isinstance(value, np.ndarray) and value.dtype != object:
            self._hash.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())
        elif isinstance(value, list | tuple | np.ndarray):
            for item in value:
                self.add(item)
        else:
            value = value.item() if isinstance(value, np.generic) else value
            self._hash.update(repr(value).encode() + b"\0")

    def text(self) -> str:
        """The first 16 digits."""
        return self._hash.hexdigest()[:16]


def find_centre(observation: Any) -> Any:
    """Where between the edges of the road the ego is, as a lateral action; one, or one per world."""
    ego = observation["ego"].astype(np.float64)
    y, left, right = ego[..., 0], ego[..., 9] + EDGE_M, ego[..., 10] - EDGE_M
    return 2.0 * (y - left) / (right - left) - 1.0


def draw_actions(rng: np.random.Generator, centre: Any) -> np.ndarray:
    """Mostly gentle driving near where the ego began, so that objects are met; now and then anything."""
    shape = np.shape(centre)
    gentle = [rng.uniform(0.2, 0.6, shape), centre + rng.normal(0.0, 0.06, shape)]
    wild = rng.uniform(-1.0, 1.0, (*shape, 2))
    rows = np.clip(np.stack(gentle, axis=-1), -1.0, 1.0)
    return np.where(rng.random((*shape, 1)) < 0.15, wild, rows)


def drive_one(env: Any, seed: int) -> Iterator[tuple[str, str]]:
    """One episode of one world."""
    observation, info = env.reset(seed=seed)
    states, seen, costs, contacts = Digest(), Digest(), Digest(), Digest()
    states.add(info.get("instance_hash", ""))
    seen.add(observation)
    rng, centre = np.random.default_rng(seed), find_centre(observation)
    for _ in range(NUM_DECISIONS):
        observation, reward, terminated, truncated, info = env.step(draw_actions(rng, centre))
        states.add(info["state_hash"])
        seen.add([observation, terminated, truncated])
        costs.add([reward, info["cost"]])
        contacts.add([list(info["contacts"]), info["events"]])
        if terminated or truncated:
            break
    yield from name(states=states, seen=seen, costs=costs, contacts=contacts)


def drive_many(env: Any, seed: int) -> Iterator[tuple[str, str]]:
    """A hundred decisions of many worlds, which begin anew when they end."""
    observation, info = env.reset(seed=seed)
    states, seen, costs, contacts = Digest(), Digest(), Digest(), Digest()
    states.add(info.get("instance_hash", ""))
    seen.add(observation)
    rng, centre = np.random.default_rng(seed), find_centre(observation)
    for _ in range(NUM_DECISIONS):
        actions = draw_actions(rng, centre)
        observation, reward, terminated, truncated, info = env.step(actions)
        states.add([info["state_hash"], info.get("instance_hash", "")])
        seen.add([observation, terminated, truncated])
        costs.add([reward, info["cost"]])
        contacts.add([[list(x or ()) for x in info["contacts"]], info["events"]])
    yield from name(states=states, seen=seen, costs=costs, contacts=contacts)


def name(**digests: Digest) -> Iterator[tuple[str, str]]:
    """What was hashed, and the hash."""
    for kind, one in digests.items():
        yield kind, one.text()


def run_debris() -> dict[str, str]:
    """Both engines of Debris-v1, all families."""
    found = {}
    for family in FAMILIES:
        env = gym.make(DEBRIS, scenario=family, split="all")
        for seed in range(NUM_ONE):
            for kind, text in drive_one(env, seed):
                found[f"one world, {family}, seed {seed}, {kind}"] = text
        env.close()
        many = make_many(DEBRIS, NUM_MANY, scenario=family, split="all")
        for kind, text in drive_many(many, 0):
            found[f"{NUM_MANY} worlds, {family}, {kind}"] = text
    return found


def make_many(what: str, num_envs: int, **settings: Any) -> Any:
    """Many worlds in one environment."""
    return gym.make_vec(
        what, num_envs=num_envs, vectorization_mode="vector_entry_point", **settings
    )


def run_dream() -> dict[str, str]:
    """The shipped world model as an environment."""
    env = gym.make(DREAM)
    found = {}
    for seed in range(NUM_DREAM):
        for kind, text in drive_one(env, seed):
            found[f"one dream, seed {seed}, {kind}"] = text
    for kind, text in drive_many(make_many(DREAM, NUM_MANY), 0):
        found[f"{NUM_MANY} dreams, {kind}"] = text
    return found


def run_inject() -> dict[str, str]:
    """Objects on the roads of other environments of highway-env."""
    found = {}
    for base in BASES:
        env = gym.make(INJECT, base=base, num_objects=3, split="all")
        observation, info = env.reset(seed=4)
        env.action_space.seed(4)
        whole = Digest()
        whole.add([observation, list(info["debris"])])
        for _ in range(15):
            observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
            whole.add([observation, reward, terminated, truncated, info["cost"]])
            if terminated or truncated:
                break
        found[base] = whole.text()
        env.close()
    return found


RUNS = {"debris": run_debris, "dream": run_dream, "inject": run_inject}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Print digests of fixed drives as JSON.")
    parser.add_argument("what", choices=RUNS)
    warnings.simplefilter("ignore")
    sys.stdout.write(json.dumps(RUNS[parser.parse_args().what]()) + "\n")


if __name__ == "__main__":
    main()
