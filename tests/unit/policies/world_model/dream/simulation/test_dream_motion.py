"""Dreamt motion is the transition that plans are imagined with, plus its own noise."""

import numpy as np
import pytest

from envs.specification import DECISION_S
from policies.world_model.dream.simulation import motion
from policies.world_model.dream.simulation.arrays import make_work
from policies.world_model.dream.vector_env import DreamVectorEnv
from policies.world_model.model import dynamics as transition
from policies.world_model.model import state
from policies.world_model.model.state import State, empty_state
from policies.world_model.training.fits import fit_loop as fitting


@pytest.fixture(scope="module")
def dreams():
    env = DreamVectorEnv(12)
    env.reset(seed=4)
    return env.core


def at(core, b):
    return State(core.dreams.ego[b], core.dreams.cars[b], core.dreams.things[b])


def moved(core, b, temperature, member=2):
    work = make_work(core.model)
    work.kinds[:] = core.dreams.theta[b]
    nets = core.model.learned.transition
    motion.dream_cars(nets, member, at(core, b), 5, 1, temperature, work)
    motion.dream_things(nets, member, at(core, b), 5, 1, temperature, work)
    return work


def test_without_noise_it_is_the_planners_transition_bit_for_bit(dreams):
    nets = dreams.model.learned.transition
    for b in range(12):
        after = empty_state()
        transition.move_cars(nets, 2, at(dreams, b), after)
        transition.move_things(nets, 2, at(dreams, b), dreams.dreams.theta[b], after)
        work = moved(dreams, b, 0.0)
        np.testing.assert_array_equal(work.after.cars, after.cars)
        np.testing.assert_array_equal(work.after.things, after.things)


def test_noise_grows_with_the_temperature(dreams):
    b = int((dreams.dreams.cars[:, :, state.C_LIVE] > 0.0).sum(axis=1).argmax())
    # too little for the limit of grip
    cold, warm, hot = (moved(dreams, b, t).after.cars[:, state.C_VX] for t in (0.0, 0.01, 0.02))
    live = dreams.dreams.cars[b, :, state.C_LIVE] > 0.0
    assert (warm != cold)[live].all()
    # all speeds are far from zero, where nothing is clipped
    np.testing.assert_allclose((hot - cold)[live], 2.0 * (warm - cold)[live], rtol=1e-3)


def test_noise_stays_within_what_tyres_can_do(dreams):
    limit = motion.GRIP_MPS2 * DECISION_S * (1.0 + 1e-6)
    largest = 0.0
    for b in range(12):
        live = dreams.dreams.cars[b, :, state.C_LIVE] > 0.0
        cold, hot = (moved(dreams, b, t).after.cars for t in (0.0, 50.0))
        # a speed ends at zero
        going = live & (hot[:, state.C_VX] > 0.0)
        change, foreseen = (
            np.abs(one - dreams.dreams.cars[b])[going, state.C_VX] for one in (hot, cold)
        )
        assert (change <= np.maximum(foreseen, limit)).all()
        largest = max(largest, change.max(initial=0.0))
        # nobody drifts between two lanes: across the road there is no noise
        for column in (state.C_Y, state.C_VY, state.C_HEADING):
            np.testing.assert_array_equal(hot[:, column], cold[:, column])
    # so hot that somebody reaches it
    assert largest == pytest.approx(limit, rel=1e-4)


def hurry(vx, vy, mean, noise):
    """Speed of an object after a decision in which the net says ``mean`` and the noise adds ``noise``, m/s."""
    thing, scale = np.zeros(state.NUM_THING), np.full(transition.NUM_THING_OUT, 0.5)
    thing[[state.D_VX, state.D_VY]] = vx, vy
    out = np.zeros(2 * transition.NUM_THING_OUT + 1)
    out[[transition.O_VX, transition.O_VY]] = np.asarray(mean) / 0.5
    said = out.copy()
    said[[transition.O_VX, transition.O_VY]] += np.asarray(noise) / 0.5
    # called from Python, what is compiled for compiled code alone would crash
    motion._limit_gust.py_func(thing, out, scale, said)
    return np.array([vx, vy]) + 0.5 * said[[transition.O_VX, transition.O_VY]]


def test_noise_alone_gives_no_object_speed():
    # from rest to 0.8 m/s and no further
    np.testing.assert_allclose(hurry(0.0, 0.0, (0.0, 0.0), (3.0, 4.0)), (0.48, 0.64))
    # what the net itself foresees is no noise
    np.testing.assert_allclose(hurry(0.0, 0.0, (6.0, 8.0), (3.0, 4.0)), (6.0, 8.0))
    # little noise, and noise that slows, is left alone
    np.testing.assert_allclose(hurry(3.0, 0.0, (0.0, 0.0), (0.5, 0.0)), (3.5, 0.0))
    np.testing.assert_allclose(hurry(3.0, 0.0, (-1.0, 0.0), (-1.5, 0.0)), (0.5, 0.0))
    # sideways: |(3, y)| = 3.8
    np.testing.assert_allclose(
        hurry(3.0, 0.0, (0.0, 0.0), (0.0, 9.0)), (3.0, np.sqrt(3.8**2 - 9.0))
    )


def test_dreamt_objects_are_given_no_speed_by_noise_alone(dreams):
    fastest = 0.0
    for b in range(12):
        cold, hot = (moved(dreams, b, t).after.things for t in (0.0, 500.0))
        speed = [
            np.hypot(one[:, state.D_VX], one[:, state.D_VY])
            for one in (dreams.dreams.things[b], cold, hot)
        ]
        assert (speed[2] <= np.maximum(speed[0] + motion.GUST_MPS, speed[1]) + 1e-6).all()
        fastest = max(fastest, (speed[2] - speed[1]).max())
    # so hot that noise would give more
    assert fastest > 0.5


def test_what_noise_does_is_not_remembered_as_braking(dreams):
    for b in range(12):
        cold, hot = (moved(dreams, b, t).after.cars for t in (0.0, 50.0))
        for column in (state.C_HARSHEST, state.C_ACCELERATION):
            np.testing.assert_array_equal(hot[:, column], cold[:, column])


def test_bounds_of_the_log_variance_are_those_of_training():
    assert (motion.LOWEST, motion.HIGHEST) == fitting.LOG_VARIANCE


def test_a_member_disagrees_with_the_others_only(dreams):
    nets = dreams.model.learned.transition
    work = moved(dreams, 0, 0.0)
    assert motion.disagreement(nets, 2, at(dreams, 0), 5, 1, work) > 0.0
    alone = nets._replace(car=type(nets.car)(*(part[2:3] for part in nets.car)))
    assert motion.disagreement(alone, 0, at(dreams, 0), 5, 1, work) == 0.0
