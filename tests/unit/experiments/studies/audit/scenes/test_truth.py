"""Observations without errors, and revealed moments, are true, and nothing else changes."""

import numpy as np
import pytest

from envs.scenario.suite import load_suite
from envs.specification import VEHICLE_SLOTS, column, debris, track, vehicle
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.studies.audit.probes.contents import contents
from experiments.studies.audit.scenes.moments import find_moments
from experiments.studies.audit.scenes.truth import see_truly
from policies.world_model.estimation.content_classes import BODY_WEIGHTS
from policies.world_model.model.checkpoint import SHIPPED, load, read_codebook


@pytest.fixture(scope="module")
def moments():
    suite = load_suite(locate("suite", "v2"))
    return find_moments(suite, "train", load_policy("rule", ()), 4, 25, 0)


def test_places_are_true_and_certain(moments):
    now = {key: rows[:1, -1] for key, rows in moments.observed.items()}
    found = see_truly(moments.worlds[:1], now)
    world = moments.worlds[0]
    v, d, targets = world["vehicle_f"], world["debris_f"], world["track_i"][track.TARGET]
    slot = int(np.flatnonzero(targets[VEHICLE_SLOTS:] >= 0)[0])
    at = targets[VEHICLE_SLOTS + slot]
    row = found["debris"][0, slot]
    ahead = d[debris.X, at] - v[vehicle.X, 0]
    assert row[column.D_DX] == pytest.approx(ahead, rel=1e-6)
    assert row[column.D_LENGTH] == pytest.approx(d[debris.LENGTH, at], rel=1e-6)
    assert row[column.D_SD_X] == row[column.D_SD_SIZE] == row[column.D_AGE_SINCE_SEEN] == 0.0
    vehicle_slot = int(np.flatnonzero(targets[:VEHICLE_SLOTS] >= 0)[0])
    beside = v[vehicle.Y, targets[vehicle_slot]] - v[vehicle.Y, 0]
    assert found["vehicles"][0, vehicle_slot, column.V_DY] == pytest.approx(beside, abs=1e-5)
    # looks, lamps and the ego are what they were
    looks = slice(column.D_LOOK, None)
    np.testing.assert_array_equal(found["debris"][..., looks], now["debris"][..., looks])
    np.testing.assert_array_equal(found["ego"], now["ego"])
    np.testing.assert_array_equal(moments.truly["debris"][:1, -1], found["debris"])


def test_revealed_contents_are_those_of_the_world(moments):
    about = load(SHIPPED).about
    book = read_codebook(about, "shipped")
    revealed, theta = contents.reveal(moments, book)
    assert revealed.observed is moments.truly
    bodies = 0
    for m, classes in enumerate(theta):
        targets = moments.worlds[m]["track_i"][track.TARGET, VEHICLE_SLOTS:]
        for slot, kind in enumerate(classes):
            assert (kind is None) == (targets[slot] < 0)
            if kind is not None and kind >= contents.FIRST_BODY:
                mass = revealed.worlds[m]["debris_f"][debris.MASS, targets[slot]]
                middle = book.bodies[kind - contents.FIRST_BODY, 0] / BODY_WEIGHTS[0]
                assert mass == pytest.approx(np.exp(middle))
                bodies += 1
    assert bodies > 5
    # the moments themselves stay as they were
    assert not np.array_equal(revealed.worlds["debris_f"], moments.worlds["debris_f"])
