"""DreamerV3's compiled policy: as sheeprl's player, the same in any batch, and a checkpoint that is checked."""

import json

import numpy as np
import pytest

from envs.errors import UserError
from envs.scenario.suite import load_suite
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.loop import Rollout
from policies.checkpoint import flatten, sealed, unflatten
from policies.dreamer_v3 import checkpoint
from policies.dreamer_v3.nets import RunningDreamer, Sizes, template
from policies.model_free.sight import NUM_INPUTS
from policies.reactive.command import NUM_MOVES, NUM_PACES

SIZES = Sizes(inputs=NUM_INPUTS, units=8, memory=16, hidden=6, groups=4, variables=5, classes=3)
BUDGET = {"environment_steps": 7, "cpu_seconds": 1.5}


def random_nets(sizes=SIZES):
    rng = np.random.default_rng(4)
    like = template(sizes)
    arrays = {
        # small biases, so that what is seen and remembered decides
        name: rng.normal(scale=0.1 if name.endswith(".b") else 1.0, size=value.shape)
        for name, value in flatten(like).items()
    }
    arrays = {name: value.astype(np.float32) for name, value in arrays.items()}
    return unflatten(like, arrays)


@pytest.fixture
def folder(tmp_path):
    checkpoint.save(tmp_path / "made", random_nets(), SIZES, {"budget": BUDGET})
    return tmp_path / "made"


def test_decisions_do_not_depend_on_the_batch_and_an_episode_begins_empty():
    x = np.random.default_rng(5).normal(size=(12, 4, NUM_INPUTS)).astype(np.float32)
    together = RunningDreamer(random_nets(), SIZES, 4)
    alone = [RunningDreamer(random_nets(), SIZES, 1) for _ in range(4)]
    commands = set()
    for k, row in enumerate(x):
        new = np.array([k == 0, k == 0, k in {0, 5}, k == 0])
        pace, move = together.think(row, new)
        for b, mind in enumerate(alone):
            # the third world begins again with a mind that has seen nothing
            if b == 2 and k == 5:
                mind = alone[b] = RunningDreamer(random_nets(), SIZES, 1)
            one = mind.think(row[b : b + 1], new[b : b + 1])
            assert (pace[b], move[b]) == (one[0][0], one[1][0])
            np.testing.assert_array_equal(together._memory[b], mind._memory[0])
        commands |= set(zip(pace.tolist(), move.tolist(), strict=True))
    assert len(commands) > 3


def test_policy_drives_from_its_checkpoint_the_same_in_any_batch(folder, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"_target_: policies.dreamer_v3.DreamerV3\ncheckpoint: {folder}\n")
    policy = load_policy(str(mine))
    assert policy.budget == (7, 1.5)
    assert policy.privileged is False
    suite = load_suite(locate("suite", "quick"))
    instances = [suite.instance(item) for item in suite.items("train")[:3]]
    driven = []
    for worlds, order in ((1, slice(None)), (3, slice(None, None, -1))):
        found = {}
        for k, episode in Rollout(policy, instances[order], num_worlds=worlds).episodes():
            found[instances[order][k].hash] = episode.actions
        driven.append(found)
    for name, actions in driven[0].items():
        np.testing.assert_array_equal(actions, driven[1][name])


def edit(folder, **changes):
    path = folder / "model.json"
    path.write_text(json.dumps(sealed(json.loads(path.read_text()) | changes)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "roadworld-model-free"}, "format"),
        ({"schema": 2}, "newer version"),
        ({"sizes": {"units": 8}}, "sizes: expected"),
        ({"sizes": SIZES._replace(units=0)._asdict()}, "sizes.units: got 0"),
        ({"sizes": SIZES._replace(inputs=3)._asdict()}, "sizes.inputs: got 3"),
        ({"sizes": SIZES._replace(groups=3)._asdict()}, "a multiple of"),
        ({"sizes": SIZES._replace(units=9)._asdict()}, "encoder.first.w"),
        ({"tensors_sha256": "0"}, "tensors_sha256"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(folder, changes, words):
    edit(folder, **changes)
    with pytest.raises(UserError, match=words):
        checkpoint.load(folder)


@pytest.mark.filterwarnings("default")
def test_as_sheeprl_decides(tmp_path):
    pytest.importorskip("sheeprl", reason="needs the extra `dreamer`")
    import gymnasium as gym
    import torch
    from lightning.fabric import Fabric
    from sheeprl.algos.dreamer_v3_5.agent import RSSM, build_agent

    from experiments.training.dreamer_v3.export import to_nets
    from experiments.training.dreamer_v3.segment import compose_settings
    from experiments.training.dreamer_v3.world import FEATURES

    job = {
        "seed": 0, "total_steps": 0, "replay_ratio": 32, "resume_from": None, "buffer": 5_000, "worlds": 3,
        "folder": str(tmp_path), "name": "x", "world": {},
    }  # fmt: skip
    torch.manual_seed(1)
    space = gym.spaces.Dict({FEATURES: gym.spaces.Box(-9, 9, (NUM_INPUTS,), np.float32)})
    fabric = Fabric(accelerator="cpu", devices=1)
    settings = compose_settings(job)
    world_model, actor, _, _, player = build_agent(
        fabric, (NUM_PACES, NUM_MOVES), False, settings, space
    )
    weights = world_model.state_dict() | {f"actor.{k}": v for k, v in actor.state_dict().items()}
    with torch.no_grad():
        for value in weights.values():
            # away from zero biases and tiny heads
            value += 0.1 * torch.randn_like(value)
    nets, sizes = to_nets({name: value.numpy() for name, value in weights.items()})
    assert sizes == (NUM_INPUTS, 64, 512, 64, 8, 32, 4)

    def likeliest(logits):
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float().flatten(-2)

    player.rssm.sample = likeliest
    assert RSSM.sample is not likeliest
    player.init_states()
    mind = RunningDreamer(nets, sizes, 3)
    x = np.random.default_rng(2).normal(size=(30, 3, NUM_INPUTS)).astype(np.float32)
    commands = set()
    for k, row in enumerate(x):
        new = np.array([k == 0, k in {0, 10}, k == 0])
        if k == 10:
            player.init_states([1])
        with torch.no_grad():
            said = player.get_actions({FEATURES: torch.from_numpy(row)[None]}, greedy=True)
        wanted = [one[0].argmax(-1).numpy() for one in said]
        pace, move = mind.think(row, new)
        np.testing.assert_array_equal(pace, wanted[0])
        np.testing.assert_array_equal(move, wanted[1])
        np.testing.assert_array_equal(mind._latent, player.stochastic_state[0].numpy())
        np.testing.assert_allclose(mind._memory, player.recurrent_state[0].numpy(), atol=1e-5)
        commands |= set(zip(pace.tolist(), move.tolist(), strict=True))
    assert len(commands) > 3
