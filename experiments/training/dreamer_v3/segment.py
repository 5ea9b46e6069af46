"""One segment of DreamerV3's training, in a process of its own that receives the path of a job in JSON.

sheeprl starts as from its own command line, with a configuration that is composed here. Its Hydra, seeds and torch
settings are global, hence the process. sheeprl prints to standard output: the parent reads the progress there, and a
segment whose parent has died ends with the next line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from experiments.training.dreamer_v3.world import FEATURES

LOG_EVERY: Final = 1_000
"""Environment steps between two points of the learning curves."""

STEPS_PER_UPDATE: Final = 16 * 64
"""Steps that are replayed in one update: the batch of ``exp=dreamer_v3_5``."""

DECIDING: Final = ("encoder", "rssm.recurrent_model", "rssm.representation_model")
"""Parts of the world model that a policy needs."""

LOGS: Final = "sheeprl"
"""Folder of the segments."""

WEIGHTS: Final = "weights.safetensors"


def overrides(job: dict[str, Any]) -> list[str]:
    """Overrides, in Hydra's grammar, of sheeprl's ``exp=dreamer_v3_5``, which has the published settings."""
    resume = job["resume_from"]
    values = {
        "exp": "dreamer_v3_5",
        "algo": "dreamer_v3_5_1M",
        "seed": job["seed"],
        # on one thread of a processor the same bits come out, with or without torch's deterministic algorithms
        "num_threads": 1,
        "float32_matmul_precision": "highest",
        "algo.total_steps": job["total_steps"],
        # sheeprl counts updates per environment step, the publication replayed steps: 16 sequences of 64 an update
        "algo.replay_ratio": job["replay_ratio"] / STEPS_PER_UPDATE,
        "algo.run_test": False,
        "algo.cnn_keys.encoder": "[]",
        "algo.mlp_keys.encoder": f"[{FEATURES}]",
        # in memory, so that a killed segment leaves the file of the one before alone
        "buffer.size": job["buffer"],
        "buffer.memmap": False,
        "buffer.checkpoint": True,
        "checkpoint.every": 0,
        "checkpoint.save_last": True,
        "checkpoint.resume_from": "null" if resume is None else json.dumps(resume),
        "env": "default",
        "env.id": "roadworld",
        "env.num_envs": job["worlds"],
        "env.sync_env": True,
        "env.capture_video": False,
        "metric.log_every": LOG_EVERY // job["worlds"] * job["worlds"] or job["worlds"],
        "model_manager.disabled": True,
        "log_root": json.dumps(job["folder"]),
        "root_dir": LOGS,
        "run_name": job["name"],
        "exp_name": "dreamer_v3",
    }
    return [f"{key}={value}" for key, value in values.items()]


def compose_settings(job: dict[str, Any]) -> Any:  # noqa: ANN401 (sheeprl's own dictionary)
    """The resolved configuration, as sheeprl's command line would compose it."""
    from hydra import compose, initialize_config_module
    from omegaconf import OmegaConf, open_dict
    from sheeprl.utils.utils import dotdict

    with initialize_config_module("sheeprl.configs", version_base="1.3"):
        config = compose("config", overrides(job))
    with open_dict(config):
        config.env.wrapper = {
            "_target_": "experiments.training.dreamer_v3.world.DreamerWorld",
            "rank": 0,
        } | job["world"]
    return dotdict(OmegaConf.to_container(config, resolve=True, throw_on_missing=True))


def run(job: dict[str, Any]) -> None:
    """Train; write sheeprl's checkpoint and, beside it, the weights that a policy needs."""
    import torch
    from safetensors.torch import save_file
    from sheeprl.cli import check_configs, run_algorithm

    torch.set_num_threads(1)
    settings = compose_settings(job)
    check_configs(settings)
    run_algorithm(settings)
    # pickle: written by this very process a moment ago, and the replay buffer in it is no tensor
    state = torch.load(find_checkpoint(job), weights_only=False)
    tensors = {
        name: value.detach().contiguous()
        for name, value in state["world_model"].items()
        if name.startswith(DECIDING)
    }
    tensors |= {f"actor.{name}": value.contiguous() for name, value in state["actor"].items()}
    save_file(tensors, segment_folder(job) / WEIGHTS)


def segment_folder(job: dict[str, Any]) -> Path:
    """Folder of a segment."""
    return Path(job["folder"]) / LOGS / str(job["name"])


def find_checkpoint(job: dict[str, Any]) -> Path:
    """Path of the checkpoint that sheeprl writes at the end of a segment."""
    folder = segment_folder(job) / "version_0" / "checkpoint"
    return folder / f"ckpt_{job['total_steps']}_0.ckpt"


if __name__ == "__main__":
    run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
