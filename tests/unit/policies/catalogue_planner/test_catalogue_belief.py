"""What the planner without learning believes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.cost.parameters import CostParameters
from envs.specification import column
from envs.specification.debris import LOOKS
from policies.catalogue_planner import hypothesis_columns as hypothesis
from policies.catalogue_planner.belief import believe, choose_atoms
from policies.catalogue_planner.knowledge import learn_catalogue
from policies.sightings import is_in_plain_view

KNOWLEDGE = learn_catalogue(CostParameters().to_array()[0], 0.25, 0.05)


def row(look, size, dx=40.0, metal=0.0, warm=0.0):
    """(1, 1, D): one thing whose look is certain."""
    r = np.zeros((1, 1, column.NUM_DEBRIS))
    r[0, 0, column.D_TRACKED], r[0, 0, column.D_DX] = 1.0, dx
    r[0, 0, column.D_SD_X], r[0, 0, column.D_SD_SIZE] = 0.05 + 0.02 * dx, 0.02
    r[0, 0, column.D_LENGTH : column.D_HEIGHT + 1] = size
    r[0, 0, column.D_RADAR], r[0, 0, column.D_THERMAL] = metal, warm
    r[0, 0, column.D_LOOK + LOOKS.index(look)] = 1.0
    return r


def judge(rows, seen=(5.0, 0.0), trust=1.0, count=32):
    return believe(rows, np.array([[seen]]), np.ones((1, 1)), KNOWLEDGE, trust, count)


def test_held_out_types_are_unknown():
    names = {spec.name for spec in KNOWLEDGE.types.specs}
    assert "box_heavy" in names
    assert not {"tree_limb", "bucket_full", "appliance"} & names
    assert KNOWLEDGE.types.prior.sum() == pytest.approx(1.0)


def test_looks_decide_between_body_patch_and_nothing():
    box = judge(row("box", (0.45, 0.45, 0.4)))
    assert box.body[0, 0] > 0.98
    assert judge(row("ground-mark", (2.0, 1.0, 0.01))).body[0, 0] < 0.05
    assert judge(row("patch", (6.0, 2.5, 0.0))).patch[0, 0] > 0.9
    # boxes are empty more often than heavy, 4.4 : 2.7 : 0.9, so a tenth of them weighs most of the cost
    assert 100.0 < box.severity_usd[0, 0] < 20_000.0


def test_flickering_box_is_a_ghost():
    real = judge(row("box", (0.5, 0.45, 0.3), dx=60.0), (10.0, 0.0))
    ghost = judge(row("box", (0.5, 0.45, 0.3), dx=60.0), (4.0, 6.0))
    assert real.body[0, 0] > 0.98
    assert ghost.body[0, 0] < 0.05
    # nearer than 35 m there are no ghosts
    assert judge(row("box", (0.5, 0.45, 0.3), dx=20.0), (4.0, 6.0)).body[0, 0] > 0.98


def test_size_speaks_where_the_look_does_not():
    # a wide low soft thing against a small cube of the same look
    low = judge(row("block", (0.4, 0.2, 0.2)), trust=0.0)
    tall = judge(row("block", (2.1, 0.9, 0.8)), trust=0.0)
    assert low.atoms[0, 0, :, hypothesis.MASS] @ low.weights[0, 0] < 60.0
    assert tall.atoms[0, 0, :, hypothesis.MASS] @ tall.weights[0, 0] > 25.0


def test_costly_hypotheses_are_never_missed():
    # 5 % of 10,000 US$: with eight atoms of equal weight it would be left out
    weights = np.array([[[0.95, 0.05]]])
    importance = np.sqrt(np.array([25.0, 10_025.0]))
    chosen, made = choose_atoms(weights, importance, 8)
    # shares 0.95 x 5 = 4.75 and 0.05 x 100.1 = 5.01: half of the atoms each
    assert sorted(chosen[0, 0]) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert made[0, 0][chosen[0, 0] == 1].sum() == pytest.approx(
        0.2 / 100.12 / (0.2 / 5.0 + 0.2 / 100.12), rel=0.05
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=30), st.integers(4, 40))
def test_atoms_weigh_one(raw, count):
    weights = np.array(raw) + 1e-3
    weights /= weights.sum()
    chosen, made = choose_atoms(weights[None, None], np.linspace(1.0, 9.0, len(raw)), count)
    assert made.sum() == pytest.approx(1.0)
    assert (np.diff(chosen[0, 0]) >= 0).all()
    assert (made > 0.0).all()


def test_nothing_is_missed_behind_a_truck():
    rows = row("box", (0.5, 0.5, 0.4), dx=50.0).astype(np.float32).repeat(4, axis=1)
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_SIGHT_RANGE] = 150.0
    cars = np.zeros((1, 8, column.NUM_VEHICLE), np.float32)
    observation = {"ego": ego, "vehicles": cars, "debris": rows}
    assert is_in_plain_view(observation).all()
    cars[0, 2, column.V_TRACKED], cars[0, 2, column.V_DX] = 1.0, 25.0
    cars[0, 2, column.V_LENGTH], cars[0, 2, column.V_WIDTH] = 16.0, 2.5
    assert not is_in_plain_view(observation).any()
    cars[0, 2, column.V_DY] = 4.0
    assert is_in_plain_view(observation).all()
    ego[0, column.E_SIGHT_RANGE] = 50.0
    assert not is_in_plain_view(observation).any()


def test_what_is_lower_than_its_error_still_has_a_height():
    rows = np.zeros((1, 1, column.NUM_DEBRIS))
    rows[..., column.D_TRACKED] = 1.0
    rows[..., column.D_LENGTH], rows[..., column.D_WIDTH] = 12.0, 3.5
    rows[..., column.D_HEIGHT], rows[..., column.D_SD_SIZE] = 0.02, 0.05
    knowledge = learn_catalogue(CostParameters().to_array()[0], 0.25, 0.05)
    atoms = believe(rows, np.zeros((1, 1, 2)), np.ones((1, 1)), knowledge, 0.1, 24).atoms[0, 0]
    body = atoms[:, hypothesis.KIND] == hypothesis.BODY
    assert body.any()
    assert (atoms[body][:, [hypothesis.HEIGHT, hypothesis.MASS]] > 0.0).all()
