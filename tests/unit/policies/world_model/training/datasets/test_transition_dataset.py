"""Rows of training: paired with their own outcome, never across the end of an episode."""

import numpy as np
import pytest

from envs.scenario.generator import ScenarioSampler
from envs.specification import column
from experiments.training.collection.drive import drive
from policies.explorer import Explorer
from policies.perception.velocity_filter import ACCELERATION, VelocityFilter
from policies.world_model.estimation.content_classes import NUM_PROPERTIES, Codebook
from policies.world_model.log import experience as log
from policies.world_model.model import dynamics as tr
from policies.world_model.model import event_features as ft
from policies.world_model.model import state as s
from policies.world_model.model.checkpoint import SHIPPED, load, read_codebook
from policies.world_model.model.state import empty_state
from policies.world_model.training.datasets.event_dataset import imagine_events
from policies.world_model.training.datasets.track_sequences import make_tracks
from policies.world_model.training.datasets.transition_dataset import (
    blur,
    car_speeds,
    command_of,
    ego_targets,
    goes_on,
    make_transitions,
    read_log,
    true_state,
)
from policies.world_model.training.fits.latent_classes import LatentClasses


@pytest.fixture(scope="module")
def shard():
    sampler = ScenarioSampler(("lone_object", "boxed_in", "falling_load"))
    random = np.random.default_rng(5)
    instances = [sampler.sample(random) for _ in range(12)]
    return drive(Explorer(), instances, range(100, 112), "explorer")


def test_shard_has_every_column_with_its_shape(shard):
    for name, (shape, kind) in log.COLUMNS.items():
        assert shard.columns[name].shape == (shard.num_rows, *shape)
        assert shard.columns[name].dtype == kind
    assert len(shard.families) == len(shard.seeds) == 12
    assert shard.columns["episode"].max() == 11


def test_rows_go_on_only_within_an_episode(shard):
    on = goes_on(shard.columns)
    episode = shard.columns["episode"]
    ends = np.flatnonzero(np.diff(episode) != 0)
    assert len(ends) == 11
    assert not on[ends].any()
    assert not on[-1]
    assert on.sum() == shard.num_rows - 12


def test_a_row_is_paired_with_its_own_outcome(shard):
    c = shard.columns
    kinds = np.ones(c["contact"].shape[:2], np.int64)
    rows = np.arange(shard.num_rows)
    made = make_transitions(c, kinds, rows)
    touched = (c["contact"][..., log.C_IS] > 0.0).any(axis=1)
    used = np.flatnonzero(goes_on(c) & ~touched)
    speed = c["ego_true"][:, log.T_SPEED]
    np.testing.assert_allclose(made.ego.y[:, tr.E_SPEED], speed[used + 1] - speed[used], atol=1e-5)
    # the action of a row explains what follows it, not what came before
    command = command_of(c)[used, 0]
    free = (speed[used] > 5.0) & (np.abs(command) < 3.0)
    now = np.abs(made.ego.y[free, tr.E_SPEED] - 0.2 * command[free])
    before = np.abs(made.ego.y[free, tr.E_SPEED] - 0.2 * np.roll(command, 1)[free])
    assert np.median(now) < 0.01
    assert now.mean() < 0.5 * before.mean()


def test_a_contact_stands_in_the_row_in_which_it_is_paid(shard):
    c = shard.columns
    rows, slots = np.nonzero(c["contact"][..., log.C_IS] > 0.0)
    assert len(rows) > 0
    for k, j in zip(rows, slots, strict=True):
        cost = c["contact"][k, j, log.C_COST]
        assert c["cost"][k].sum() >= cost - 1e-2 * max(cost, 1.0)
        gap = abs(c["debris_true"][k, j, log.M_DX]) - 2.25
        assert gap < 0.2 * c["ego_true"][k, log.T_SPEED] + 4.0


def test_speed_changes_are_of_the_same_vehicle(shard):
    c = shard.columns
    known = car_speeds(c)
    index, slot = np.nonzero(known[..., 1] > 0.5)
    identity = c["vehicles"][..., column.V_IDENTITY]
    assert len(index) > 100
    np.testing.assert_array_equal(identity[index, slot], identity[index - 1, slot])
    np.testing.assert_array_equal(c["episode"][index], c["episode"][index - 1])


def test_the_log_is_remembered_as_the_policy_remembers(shard):
    c = shard.columns
    begins = np.concatenate([[True], ~goes_on(c)[:-1]])
    memory = VelocityFilter(1)
    known = [
        memory.note(c["vehicles"][[k]], begins[[k]])[0] for k in range(min(shard.num_rows, 400))
    ]
    assert sum(begins[:400]) > 2
    np.testing.assert_array_equal(np.stack(known), car_speeds(c)[:400])


def test_half_of_the_accelerations_are_as_a_plan_finds_them(shard):
    c = shard.columns
    known = car_speeds(c)
    k = int(np.flatnonzero((c["vehicles"][:, :4, column.V_AGE_SINCE_SEEN] == 0.0).all(axis=1))[30])
    state = empty_state()
    logged = read_log(c, np.ones(c["contact"].shape[:2], np.int64))
    for decision, first in ((6, 0), (7, 1)):
        true_state(logged, k, state)
        blur(decision, known[k], state)
        found = state.cars[:, s.C_ACCELERATION]
        live = c["vehicles"][k, :, column.V_TRACKED] > 0.5
        filtered = np.arange(8) % 2 == first
        assert (live & filtered).any()
        np.testing.assert_allclose(found[live & filtered], known[k, live & filtered, ACCELERATION])
        true = c["vehicles_true"][k, :, log.M_ACCELERATION]
        np.testing.assert_allclose(found[live & ~filtered], true[live & ~filtered])


def test_tracks_do_not_cross_episodes(shard):
    c = shard.columns
    tracks = make_tracks(c, np.ones(c["contact"].shape[:2], np.int64))
    tracked = (c["debris"][..., column.D_TRACKED] > 0.5).sum()
    assert tracks.length.sum() <= tracked
    assert (tracks.length >= 1).all()
    # the first decision of a track is its youngest
    assert (tracks.x[:, 0, 2] <= 0.2 + 1e-6).mean() > 0.9


def test_a_shard_survives_the_disk(shard, tmp_path):
    log.write_shard(tmp_path / "00000", shard)
    again = log.read_shard(tmp_path / "00000")
    for name in log.COLUMNS:
        np.testing.assert_array_equal(again.columns[name], shard.columns[name])
    assert again.types == shard.types
    assert log.list_shards(tmp_path) == [tmp_path / "00000"]


def test_a_damaged_shard_is_one_line(shard, tmp_path):
    log.write_shard(tmp_path / "00000", shard)
    (tmp_path / "00000" / "ego.npy").write_bytes(b"no array")
    with pytest.raises(ValueError, match=r"ego\.npy: cannot be read"):
        log.read_shard(tmp_path / "00000")
    with pytest.raises(ValueError, match="contains no collected experience"):
        log.list_shards(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("before", "after", "least", "most"),
    [
        (1.0, 2.5, 2.5, 2.5),  # it grew within the decision: this is its peak
        (0.0, 0.0, 0.6, 0.6),  # no swerve: what is felt at the end
        (2.5, 2.5, 0.6, 2.5),  # an earlier decision's: this one's is somewhere below
    ],
)
def test_the_peak_of_an_earlier_decision_is_not_this_ones(before, after, least, most):
    now, then = np.zeros(log.COLUMNS["ego_true"][0]), np.zeros(log.COLUMNS["ego_true"][0])
    now[log.T_SPEED] = then[log.T_SPEED] = 30.0
    now[log.T_YAW_RATE], then[log.T_YAW_RATE] = 0.01, 0.02
    now[log.T_SWERVE_PEAK], then[log.T_SWERVE_PEAK] = before, after
    out = np.zeros(tr.NUM_EGO_TARGETS)
    ego_targets(now, then, 0.0, out)
    assert out[tr.E_PEAK] == pytest.approx(least)
    assert out[tr.E_PEAK_MOST] == pytest.approx(most)


def test_events_are_seen_from_plans_and_from_true_places(shard):
    c = shard.columns
    found = load(SHIPPED)
    book = read_codebook(found.about, "shipped")
    columns, kinds = book.see(c, 0)
    moves = found.learned.transition
    slip = np.full(len(kinds), np.nan)
    starts = np.arange(0, len(kinds), 5)
    made = imagine_events(columns, kinds, book.properties(c), book.middles, starts, moves, slip)
    exact = made.contact.x[:, ft.EXACT_CONTACT] < 0.0
    assert 0 < exact.sum() < len(exact)
    # true places have no deviations, measured ones have
    assert (made.contact.x[exact, 7:9] == 0.0).all()
    assert (made.contact.x[~exact, 7:9] > 0.0).all()
    # every contact of a tracked object is one row of true places
    is_body = (c["contact"][..., log.C_IS] > 0.0) & (kinds > 0)
    assert made.contact.y[exact].sum() == is_body.sum()
    # what it did is told twice: of the class, and of just these contents
    told = made.severity.x[:, ft.IS_OWN] > 0.5
    assert told.sum() > 0
    first = ft.IS_OWN + 3
    properties = made.severity.x[:, first : first + NUM_PROPERTIES]
    middles = book.middles.astype(np.float32)
    of_class = (properties[:, None] == middles).all(axis=-1).any(axis=1)
    assert of_class[~told].all()
    assert not of_class[told].all()


def test_nobody_tells_what_latent_classes_are_made_of(shard):
    nobody = LatentClasses(*[None] * len(LatentClasses._fields))
    assert np.isnan(nobody.properties(shard.columns)).all()
    assert not nobody.middles.any()


def test_properties_are_told_of_bodies_alone():
    contents = np.zeros((1, 4, log.NUM_CONTENTS), np.float32)
    contents[0, 0, log.H_KIND] = log.BODY
    contents[0, 0, [log.H_MASS, log.H_CRUSH_PRESSURE, log.H_DRAG_AREA]] = np.exp([1.0, 10.0, 1.0])
    contents[0, 0, [log.H_SHARPNESS, log.H_ANCHORED]] = 0.5, 1.0
    contents[0, 1, log.H_KIND] = log.PATCH
    told = Codebook(np.zeros((12, 5)), np.zeros((3, 2)), ()).properties({"contents": contents})
    # 0.8 ln mass / 2, (0.8 ln pressure - 7) / 2, sharpness, half of ln of drag area over mass, anchored
    np.testing.assert_allclose(told[0, 0], [0.4, 0.5, 0.5, 0.0, 1.0], atol=1e-6)
    assert np.isnan(told[0, 1:]).all()
