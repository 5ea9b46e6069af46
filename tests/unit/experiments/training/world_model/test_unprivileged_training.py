"""``privileged: false``: nothing hidden in the log has any influence on what is learned, bit for bit."""

import numpy as np
import pytest
import yaml
from torch.utils.tensorboard import SummaryWriter

from envs.scenario.generator import ScenarioSampler
from envs.specification import column
from experiments.cli.configuration import Configuration
from experiments.cli.locations import CONF
from experiments.training.collection.drive import drive
from experiments.training.configuration import TrainConfiguration, Updates
from experiments.training.world_model import data
from experiments.training.world_model.train import OTHERS, Run, learn_parts
from policies.checkpoint import flatten
from policies.explorer import Explorer
from policies.world_model.estimation.content_classes import NUM_CLASSES, NUM_PATCHES
from policies.world_model.log import experience as log
from policies.world_model.training.datasets.track_histories import (
    GRIP_FELT,
    HIT_FELT,
    read_histories,
)
from policies.world_model.training.datasets.unprivileged_labels import (
    OWN_INSTRUMENTS,
    was_felt,
    without_truth,
)
from policies.world_model.training.fits.latent_classes import draw

FAMILIES = ("lone_object", "spill", "phantom", "falling_load", "wake", "boxed_in")


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("experience")
    sampler, random = ScenarioSampler(FAMILIES), np.random.default_rng(7)
    for k in range(2):
        instances = [sampler.sample(random) for _ in range(30)]
        seeds = range(100 + 30 * k, 130 + 30 * k)
        log.write_shard(folder / f"{k:05d}", drive(Explorer(), instances, seeds, "explorer"))
    return log.list_shards(folder)


@pytest.fixture(scope="module")
def scrambled(shards, tmp_path_factory):
    """The same experience with another truth: states shuffled, contents swapped, contacts that nobody felt erased."""
    folder, random = tmp_path_factory.mktemp("scrambled"), np.random.default_rng(7)
    for path in shards:
        shard = log.read_shard(path)
        columns = {name: np.array(values) for name, values in shard.columns.items()}
        for name in ("ego_true", "vehicles_true", "debris_true", "contents", "object_type"):
            columns[name] = random.permutation(columns[name])
        for name in OWN_INSTRUMENTS:
            columns["ego_true"][:, name] = shard.columns["ego_true"][:, name]
        columns["struck"] = random.integers(0, 2, columns["struck"].shape).astype(np.int8)
        contact = columns["contact"]
        contact[~was_felt(contact)] = 0.0
        # in which slot a contact stands is the truth's knowledge, too
        columns["contact"] = contact[:, ::-1].copy()
        log.write_shard(folder / path.name, shard._replace(columns=columns, types=("x",) * 99))
    return log.list_shards(folder)


def learned(shards, folder, *, privileged, flat_hidden):
    values = yaml.safe_load((CONF / "train.yaml").read_text(encoding="utf-8"))
    values = {key: value for key, value in values.items() if key not in {"defaults", "hydra"}}
    values |= {"privileged": privileged, "seed": 3, "members": 2, "rows": 1_000, "stride": 20}
    values |= {"flat_hidden": flat_hidden}
    values |= {"updates": dict.fromkeys(values["updates"], 4), "output": str(folder)}
    config = TrainConfiguration(**values)
    with SummaryWriter(str(folder / "tensorboard")) as writer:
        found, book = learn_parts(config, shards[:1], shards[1:], Run(folder, writer))
    assert len(book.names) == NUM_CLASSES
    return flatten(found)


@pytest.mark.parametrize("flat_hidden", [0, 16])
def test_nothing_hidden_influences_what_is_learned(shards, scrambled, tmp_path, flat_hidden):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = learned(shards, tmp_path / "one", privileged=False, flat_hidden=flat_hidden)
    two = learned(scrambled, tmp_path / "two", privileged=False, flat_hidden=flat_hidden)
    assert one.keys() == two.keys()
    for name, values in one.items():
        assert np.isfinite(values).all(), name
        np.testing.assert_array_equal(values, two[name], err_msg=name)


def test_the_privileged_variant_does_notice(shards, scrambled):
    one, two = (data.fit_classes(part[:1], 3) for part in (shards, scrambled))
    assert not np.array_equal(one.bodies, two.bodies)


def test_measurements_stand_in_for_the_truth(shards):
    columns = data.load(shards[0], 0, data.find_classes(shards, 0)).truth
    found = without_truth(columns)
    for name, (shape, kind) in log.COLUMNS.items():
        assert found[name].shape == (len(columns["episode"]), *shape)
        assert found[name].dtype == kind
    np.testing.assert_allclose(
        found["ego_true"][:, log.T_SPEED], columns["ego_true"][:, log.T_SPEED], atol=1e-5
    )
    seen = columns["vehicles"][..., column.V_VISIBLE] > 0.5
    error = (found["vehicles_true"] - columns["vehicles_true"])[seen]
    sd = columns["vehicles"][seen][:, column.V_SD_V]
    # of a speed's error 0.28 lasts, 0.96 is drawn anew and averaged over five decisions, where those were all seen:
    # sqrt(0.28^2 + 0.96^2 / 5) = 0.51; over three of them 0.62, alone 1
    assert 0.5 < np.std(error[:, log.M_VX] / sd) < 0.65
    assert np.isnan(found["vehicles_true"][~seen]).all()
    assert (found["contents"] == 0.0).all()


def test_what_was_felt_stays_and_what_was_not_is_guessed_from_measurements(shards):
    columns = log.read_shard(shards[0]).columns
    found = without_truth(columns)["contact"]
    before, after = was_felt(columns["contact"]), was_felt(found)
    assert before.sum() > 5
    assert after.sum() == before.sum()
    # nearly always it is the object that was really touched
    assert (before & after).sum() >= 0.9 * before.sum()
    unfelt = (found[..., log.C_IS] > 0.0) & ~after
    assert unfelt.any()
    assert (found[unfelt][:, log.C_DELTA_V :] == 0.0).all()


def test_classes_keep_to_what_was_felt(shards):
    book = data.find_classes(shards, 0)
    columns, kinds = book.see(log.read_shard(shards[0]).columns, 0)
    stories = read_histories(columns)
    kind = kinds[stories.start, stories.slot]
    assert (kind[stories.feeling == HIT_FELT] > NUM_PATCHES).all()
    patch = kind[stories.feeling == GRIP_FELT]
    assert ((patch >= 1) & (patch <= NUM_PATCHES)).mean() > 0.9
    again = book.see(log.read_shard(shards[0]).columns, 0)[1]
    np.testing.assert_array_equal(kinds, again)


def test_labels_are_drawn_from_the_posterior_and_each_for_itself():
    probability = np.zeros((40_000, NUM_CLASSES))
    probability[:, [0, 5]] = 0.25, 0.75
    key = np.arange(len(probability), dtype=np.uint64)
    label = draw(probability, key, 1)
    assert set(label.tolist()) == {0, 5}
    assert (label == 5).mean() == pytest.approx(0.75, abs=0.01)
    np.testing.assert_array_equal(draw(probability[7:9], key[7:9], 1), label[7:9])


def test_settings_of_other_learners_do_not_decide_a_world_model():
    groups = {
        name
        for name, one in TrainConfiguration.model_fields.items()
        if isinstance(one.annotation, type) and issubclass(one.annotation, Configuration)
    }
    own = {name for name in groups if TrainConfiguration.model_fields[name].annotation is Updates}
    assert groups - own == OTHERS
