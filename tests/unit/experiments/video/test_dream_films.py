"""Dreams beside what really happened: divergence by hand, and a film of a real start."""

import hashlib

import numpy as np
import pytest

from envs.errors import UserError
from envs.specification import DECISION_S, column, episode, vehicle
from experiments.cli.loading import load_policy
from experiments.video.course.divergence import (
    EGO_M,
    OBJECT_M,
    VEHICLE_M,
    Positions,
    find_divergence,
)
from experiments.video.drawing.title import TITLE_PX
from experiments.video.films import dream_film, dreaming
from experiments.video.films.dreaming import DreamOptions
from experiments.video.films.layout import arrange
from experiments.video.films.side_by_side import Heading
from policies.world_model.dream.simulation.starts import LENGTH

HEADING = Heading("lone object", "sofa")


def positions(ego=(0.0, 4.0), vehicle=(30.0, 4.0), thing=(60.0, 4.0), touched=False, ended=False):
    vehicles, objects = np.full((8, 2), np.nan), np.full((4, 2), np.nan)
    vehicles[3], objects[1] = vehicle, thing
    return Positions(np.array(ego), vehicles, objects, touched, ended)


def test_equal_courses_never_diverge():
    assert find_divergence([positions()] * 5, [positions()] * 5) is None


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"ego": (0.0, 4.0 + EGO_M + 0.01)}, "the ego is 1.0 m from where it is dreamt to be"),
        ({"vehicle": (30.0 - VEHICLE_M - 0.01, 4.0)}, "a vehicle is 2.0 m from"),
        ({"thing": (60.0 + OBJECT_M + 0.01, 4.0)}, "an object is 1.0 m from"),
        ({"touched": True}, "touched in the dream only"),
        ({"ended": True}, "ended in the dream only"),
    ],
)
def test_the_first_difference_counts(change, what):
    found = find_divergence(
        [positions()] * 4, [positions(), positions(), positions(**change), positions()]
    )
    assert found.step == 2
    assert found.what.startswith(what)


def test_less_than_the_limits_is_no_divergence():
    near = positions(
        ego=(EGO_M - 0.01, 4.0), vehicle=(30.0, 4.0 + VEHICLE_M - 0.01), thing=(60.0, 4.0 - OBJECT_M + 0.01)
    )  # fmt: skip
    assert find_divergence([positions()] * 2, [positions(), near]) is None


def test_what_was_measured_wrong_is_taken_off():
    wrong = positions(vehicle=(35.0, 4.0))
    assert find_divergence([positions()] * 3, [wrong] * 3) is None
    worse = positions(vehicle=(35.0 + VEHICLE_M + 0.01, 4.0))
    assert find_divergence([positions()] * 3, [wrong, wrong, worse]).step == 2


def test_who_is_lost_is_no_longer_compared():
    lost = positions(vehicle=(np.nan, np.nan))
    assert (
        find_divergence([positions(), positions(vehicle=(99.0, 4.0))], [positions(), lost]) is None
    )


@pytest.fixture(scope="module")
def instance(suite):
    """An empty bag, still ahead and tracked when the belief is burnt in."""
    (item,) = [item for item in suite.items("test") if item.seed == 13_000_009]
    return suite.instance(item)


@pytest.fixture(scope="module")
def dreamt(instance):
    return dreaming.dream("keep", load_policy("keep"), instance, DreamOptions(), max_seconds=2.0)


def test_a_dream_begins_where_the_truth_is(dreamt):
    assert dreamt.start >= LENGTH - 1
    assert len(dreamt.true) == len(dreamt.dreamt) == len(dreamt.costs_usd) <= 11
    first, last = dreamt.true[0], dreamt.true[-1]
    np.testing.assert_allclose(first.ego, dreamt.dreamt[0].ego, atol=0.2)
    assert first.ego[0] == 0.0
    # it goes on at its speed
    speed = dreamt.script.episode.ego[dreamt.start, column.E_SPEED]
    assert last.ego[0] == pytest.approx(speed * DECISION_S * (len(dreamt.true) - 1), rel=0.1)
    assert dreamt.course.num_ticks == 3 * (len(dreamt.true) - 1)
    ticks = dreamt.course.worlds.episode_i[:, episode.TICK]
    np.testing.assert_array_equal(ticks, 3 * dreamt.start + np.arange(len(ticks)))
    assert (np.diff(dreamt.course.worlds.vehicle_f[:, vehicle.X, 0]) > 0.0).all()
    assert np.isfinite(first.objects).any()


def test_the_same_frames_every_time(dreamt, instance):
    def digest(some):
        frames = list(dream_film.play(some, HEADING))
        assert len(frames) == dream_film.time_dream(some).num_frames
        assert {frame.shape for frame in frames} == {(720, 1280, 3)}
        return hashlib.sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest()

    again = dreaming.dream("keep", load_policy("keep"), instance, DreamOptions(), max_seconds=2.0)
    assert digest(again) == digest(dreamt)


def test_dream_and_truth_begin_alike_to_the_driver(dreamt):
    layout = arrange("camera", 2)
    frame = next(dream_film.play(dreamt, HEADING, layout=layout)).astype(int)
    picture = np.s_[40 + TITLE_PX + 100 : 40 + TITLE_PX + 400]
    truth, dream = frame[picture][:, :638], frame[picture][:, 642:]
    assert np.abs(truth - dream).mean() < 12.0
    assert truth.std() > 10.0


def test_the_divergence_is_marked_from_its_decision_on(dreamt):
    parted = dreamt.__class__(
        **{**dreamt.__dict__, "divergence": dreaming.Divergence(2, "an object is elsewhere")}
    )
    red = [
        bool((frame[41, 4:630] == frame[41, 4]).all() and frame[41, 4, 0] > 200)
        for frame in dream_film.play(parted, HEADING)
    ]
    # the fourth frame is the first of the second decision
    assert red[:4] == [False] * 4
    assert all(red[4:])


@pytest.mark.parametrize("start_s", [0.0, 2.8, 20.0])
def test_a_start_that_cannot_be_is_one_line(instance, start_s):
    with pytest.raises(UserError, match=r"^start_s: got .*, this episode allows 3\.0 to"):
        dreaming.dream("keep", load_policy("keep"), instance, DreamOptions(start_s))
