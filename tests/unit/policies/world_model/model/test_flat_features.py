"""The flat net: sees every slot and nobody's neighbours, learns from what is known, plans, and makes no dreams."""

import numpy as np
import pytest
import torch

from envs.batched.env import DebrisVectorEnv
from envs.errors import UserError
from envs.scenario.generator import ScenarioSampler
from experiments.training.collection.drive import drive
from policies.explorer import Explorer
from policies.world_model.dream.simulation.settings import (
    DreamSettings,
    Imagination,
    read_imagination,
)
from policies.world_model.estimation.content_classes import NUM_CLASSES
from policies.world_model.model import checkpoint
from policies.world_model.model import dynamics as tr
from policies.world_model.model import state as s
from policies.world_model.model.flat_features import (
    CAR_COLUMNS,
    FIRST_CAR,
    FIRST_THING,
    NUM_FLAT_FEATURES,
    THING_COLUMNS,
    flat_features,
)
from policies.world_model.model.parameters import take_members
from policies.world_model.model.state import copy_state, empty_state
from policies.world_model.planner.policy import WorldModel
from policies.world_model.training.datasets.flat_dataset import (
    NUM_FLAT_TARGETS,
    PEAK_MOST,
    make_flat_rows,
)
from policies.world_model.training.datasets.transition_dataset import make_transitions
from policies.world_model.training.fits.fit_flat import fit_flat, flat_loss, flat_scales
from policies.world_model.training.fits.fit_loop import Training

KINDS = np.array([5, 0, 0, 0])
NOBODY = np.zeros(8, np.bool_)


@pytest.fixture(scope="module")
def columns():
    sampler = ScenarioSampler(("lone_object", "boxed_in", "falling_load"))
    random = np.random.default_rng(5)
    instances = [sampler.sample(random) for _ in range(30)]
    return drive(Explorer(), instances, range(100, 130), "explorer").columns


@pytest.fixture(scope="module")
def rows(columns):
    kinds = np.ones(columns["contact"].shape[:2], np.int64)
    return make_flat_rows(columns, kinds, np.arange(len(kinds)))


@pytest.fixture(scope="module")
def folder(rows, tmp_path_factory):
    """A flat model of few updates; belief and events are the shipped ones."""
    moves = fit_flat(rows, 32, Training(5, 1_000, 0, "cpu", lambda *_: None))
    shipped = checkpoint.load(checkpoint.SHIPPED)
    folder = tmp_path_factory.mktemp("flat") / "model"
    about = {name: shipped.about[name] for name in ("classes", "budget")}
    checkpoint.save(folder, shipped.learned._replace(transition=moves), about)
    return folder


def scene():
    """A car ahead, a box beyond it."""
    state = empty_state()
    state.ego[[s.Y, s.SPEED, s.SET_SPEED, s.GRIP]] = 4.0, 25.0, 30.0, 0.9
    state.ego[[s.LEFT_EDGE, s.RIGHT_EDGE, s.NUM_LANES]] = -2.0, 10.0, 3.0
    state.cars[2, [s.C_LIVE, s.C_X, s.C_Y, s.C_VX, s.C_LENGTH]] = 1.0, 50.0, 4.0, 20.0, 4.5
    state.things[0, [s.D_LIVE, s.D_X, s.D_Y, s.D_HEIGHT]] = 1.0, 75.0, 8.0, 0.6
    return state


def features(state, kinds=KINDS):
    out = np.full(NUM_FLAT_FEATURES, np.nan, np.float32)
    flat_features(state, -2.0, 4.0, kinds, out)
    return out


def test_features_by_hand():
    x = features(scene())
    car = x[FIRST_CAR + 2 * CAR_COLUMNS :][:CAR_COLUMNS]
    np.testing.assert_allclose(car, [1, 1, 0, -0.5, 0, 0, 0, 0.45, 0, 0, 0, 0], atol=1e-7)
    thing = x[FIRST_THING:][:THING_COLUMNS]
    expected = [1, 1.5, 1, 0, 0, 0, 0, 0, 0, 0.6, 0, *(np.arange(NUM_CLASSES) == 5)]
    np.testing.assert_allclose(thing, expected, atol=1e-7)


def test_free_slots_do_not_count():
    state = scene()
    expected = features(state)
    assert np.isfinite(expected).all()
    for i in (0, 1, 3, 4, 5, 6, 7):
        state.cars[i, s.C_LIVE + 1 :] = 7.0
    state.things[1:, s.D_LIVE + 1 :] = 7.0
    np.testing.assert_array_equal(features(state, np.array([5, 9, 9, 9])), expected)
    car = slice(FIRST_CAR + 2 * CAR_COLUMNS, FIRST_CAR + 3 * CAR_COLUMNS)
    assert expected[FIRST_CAR : car.start].tolist() == [0.0] * 2 * CAR_COLUMNS
    assert expected[car.stop : FIRST_THING].tolist() == [0.0] * 5 * CAR_COLUMNS


def test_places_are_relative_to_the_ego():
    state, moved = scene(), scene()
    moved.ego[[s.X, s.Y, s.LEFT_EDGE, s.RIGHT_EDGE]] += [30.0, 4.0, 4.0, 4.0]
    moved.cars[2, [s.C_X, s.C_Y]] += [30.0, 4.0]
    moved.things[0, [s.D_X, s.D_Y]] += [30.0, 4.0]
    out = np.empty(NUM_FLAT_FEATURES, np.float32)
    flat_features(moved, -2.0, 8.0, KINDS, out)
    np.testing.assert_allclose(out, features(state), atol=1e-6)


def test_what_is_not_known_has_no_gradient():
    random = torch.Generator().manual_seed(0)
    out = torch.randn(2, 3, 2 * tr.NUM_FLAT_OUT - tr.NUM_EGO_OUT, generator=random)
    out.requires_grad_()
    y = torch.zeros(2, 3, NUM_FLAT_TARGETS)
    # the ego in row 0 only, vehicle 1 in row 1 only, objects nowhere
    y[:, 1:, [*range(tr.NUM_EGO_OUT), PEAK_MOST]] = torch.nan
    car = slice(tr.FLAT_CARS + tr.NUM_CAR_OUT, tr.FLAT_CARS + 2 * tr.NUM_CAR_OUT)
    rest = torch.ones(tr.NUM_FLAT_OUT, dtype=torch.bool)
    rest[: tr.FLAT_CARS] = False
    y[..., :-1][..., rest] = torch.nan
    y[:, 1, car] = 1.0
    loss = flat_loss(out, y)
    assert torch.isfinite(loss).all()
    assert (loss[:, 2] == 0.0).all()
    loss.sum().backward()
    moved = out.grad != 0.0
    n, own = tr.NUM_FLAT_OUT, tr.NUM_EGO_OUT
    wanted = torch.zeros_like(moved)
    # the peak of the ego is known to be 0
    wanted[:, 0, :own] = True
    wanted[:, 1, car] = True
    wanted[:, 1, n - own + car.start : n - own + car.stop] = True
    assert torch.equal(moved, wanted)


def test_targets_are_those_of_the_three_nets(columns, rows):
    kinds = np.ones(columns["contact"].shape[:2], np.int64)
    made = make_transitions(columns, kinds, np.arange(len(kinds)))
    known = np.isfinite(rows.y[:, 0])
    order = [*range(tr.NUM_EGO_OUT), PEAK_MOST]
    np.testing.assert_allclose(rows.y[known][:, order], made.ego.y, atol=1e-5)
    cars = rows.y[:, tr.FLAT_CARS : tr.FLAT_THINGS].reshape(-1, tr.NUM_CAR_OUT)
    np.testing.assert_allclose(cars[np.isfinite(cars[:, 0])], made.car.y, atol=1e-5)
    things = rows.y[:, tr.FLAT_THINGS : tr.NUM_FLAT_OUT].reshape(-1, tr.NUM_THING_OUT)
    free = made.thing.y[made.thing.y[:, -1] == 0.0, :-1]
    assert len(free) > 50
    np.testing.assert_allclose(things[np.isfinite(things[:, 0])], free, atol=1e-5)
    np.testing.assert_allclose(flat_scales(rows.y)[1], made.car.y.std(axis=0), rtol=1e-4)


def roll(moves, e, command, steps=10):
    state, after = scene(), empty_state()
    for _ in range(steps):
        tr.move_all(moves, e, state, command, 4.0, KINDS, NOBODY, after)
        copy_state(after, state)
    return state


def test_a_flat_model_comes_back_and_imagines_what_may_happen(folder):
    learned = checkpoint.load(folder).learned
    assert checkpoint.sizes_of(learned).flat_hidden == 32
    assert checkpoint.sizes_of(learned).car_hidden == 0
    for e in range(5):
        hold, brake = (roll(learned.transition, e, command) for command in (0.0, -4.0))
        # 2 s: what is commanded happens, roughly, and the others are where they drive
        assert hold.ego[s.SPEED] == pytest.approx(25.0, abs=3.0)
        assert brake.ego[s.SPEED] == pytest.approx(17.0, abs=3.0)
        assert hold.ego[s.X] == pytest.approx(50.0, abs=5.0)
        assert hold.cars[2, s.C_X] == pytest.approx(90.0, abs=8.0)
        assert (hold.cars[[0, 1, 3, 4, 5, 6, 7]] == 0.0).all()
        # nothing lies still near moving cars by itself, but nothing flies either
        assert hold.things[0, s.D_X] == pytest.approx(75.0, abs=5.0)
    one = take_members(learned, 2).transition
    np.testing.assert_array_equal(roll(one, 1, 0.0).cars, roll(learned.transition, 1, 0.0).cars)


def test_others_move_as_if_the_ego_drove_straight_on(folder):
    moves = checkpoint.load(folder).learned.transition
    state, alone, together = scene(), empty_state(), empty_state()
    tr.move_others(moves, 0, state, KINDS, alone)
    tr.move_all(moves, 0, state, 0.0, state.ego[s.Y], KINDS, NOBODY, together)
    np.testing.assert_array_equal(alone.cars, together.cars)
    assert (alone.ego == 0.0).all()


def test_a_flat_model_drives_without_memory(folder):
    policy = WorldModel(str(folder), remembers=False)
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    env = DebrisVectorEnv(1, scenario="lone_object")
    seen, _ = env.reset(seed=3)
    for _ in range(20):
        seen, *_ = env.step(np.asarray(policy.act(seen), np.float64))
    assert policy.foresee(0) is None or np.isfinite(policy.foresee(0).ego).all()


def test_nobody_dreams_with_it(folder):
    message = "flat_hidden: a flat model cannot be used for dreams"
    with pytest.raises(UserError, match=message):
        read_imagination(str(folder))
    found = checkpoint.load(folder)
    starts = read_imagination("shipped").starts
    with pytest.raises(UserError, match=f"checkpoint: {message}"):
        DreamSettings(checkpoint=Imagination(found.learned, tuple(found.about["classes"]), starts))
