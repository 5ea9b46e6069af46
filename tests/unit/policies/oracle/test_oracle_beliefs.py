"""What the oracle of belief believes about an object, and the worlds it makes of it."""

import math

import numpy as np
import pytest

from envs.cost.parameters import CostParameters
from envs.debris.catalogue import load_catalogue
from envs.specification import column, debris, episode
from envs.specification.debris import LOOKS
from envs.specification.world import empty_batch
from policies.oracle.belief import ObjectBelief
from policies.oracle.hypotheses import (
    HIDDEN_FLAGS,
    HIDDEN_ROWS,
    draw_specimens,
    make_hypotheses,
    size_likelihood,
)
from policies.oracle.scenarios import STRATA, fill_scenarios, pick_two

HYPOTHESES = make_hypotheses(0.2, 0.03)
NAMES = tuple(load_catalogue())
PARAMS = CostParameters().to_array()[0]
BOX = np.array([0.45, 0.45, 0.4])
GHOST = len(HYPOTHESES.prior) - 1


def belief_of(size=BOX, seed=0):
    specimens = draw_specimens(HYPOTHESES, size, 0.1, PARAMS, np.random.default_rng(seed))
    return ObjectBelief(HYPOTHESES, specimens)


def share_of(belief, name):
    return belief.weights()[belief.specimens.kind == NAMES.index(name)].sum()


def ghost_share(belief):
    return belief.weights()[belief.specimens.kind == GHOST].sum()


def row_of(look, share=0.6, radar=0.0, thermal=0.0):
    """A measured row in which one look has ``share`` and the others share the rest."""
    row = np.zeros(column.NUM_DEBRIS, np.float32)
    row[column.D_LOOK :] = (1.0 - share) / (len(LOOKS) - 1)
    row[column.D_LOOK + LOOKS.index(look)] = share
    row[column.D_RADAR], row[column.D_THERMAL] = radar, thermal
    return row


def test_prior_shares_add_up_and_all_splits_are_known():
    assert HYPOTHESES.prior.sum() == pytest.approx(1.0)
    assert HYPOTHESES.prior[GHOST] == pytest.approx(0.03)
    assert HYPOTHESES.prior[len(NAMES) : GHOST].sum() == pytest.approx(0.2)
    assert {spec.split for spec in HYPOTHESES.specs} == {"train", "held_out"}


def test_size_rules_out_what_does_not_fit():
    fits = size_likelihood(HYPOTHESES, BOX)
    assert fits[NAMES.index("box_heavy")] > 0.0
    assert fits[NAMES.index("mattress")] == 0.0
    # 0.3 x 0.3 x 0.35 m of ranges: density 1 / 0.0315
    assert fits[NAMES.index("box_heavy")] == pytest.approx(1.0 / (0.3 * 0.3 * 0.35))


def test_specimens_are_ordered_and_within_their_types():
    specimens = belief_of().specimens
    assert (np.diff(specimens.severity_usd) >= 0.0).all()
    heavy = specimens.kind == NAMES.index("box_heavy")
    mass = specimens.hidden[heavy, HIDDEN_ROWS.index(debris.MASS)]
    assert len(mass) == 4
    assert (mass >= 18.0).all()
    assert (mass <= 60.0).all()
    # one of every quarter of the distribution
    assert np.ptp(np.log(mass)) > 0.5 * math.log(60.0 / 18.0)
    assert specimens.severity_usd[heavy].min() > 0.0
    assert specimens.severity_usd[specimens.kind == GHOST].tolist() == [0.0]


def test_a_size_that_no_type_has_leaves_all_of_them():
    belief = belief_of(np.array([49.0, 19.0, 9.0]))
    assert len(np.unique(belief.specimens.kind)) == len(HYPOTHESES.prior)


def test_looks_decide_between_types_but_not_between_look_alikes():
    belief = belief_of()
    before = share_of(belief, "box_heavy") / share_of(belief, "box_empty")
    belief.note_sighting(row_of("box"), 60.0)
    boxes = share_of(belief, "box_heavy") + share_of(belief, "box_empty")
    boxes += share_of(belief, "box_light_load")
    assert boxes > 0.8
    after = share_of(belief, "box_heavy") / share_of(belief, "box_empty")
    assert after == pytest.approx(before)


def test_nearer_sightings_are_worth_more():
    far, near = belief_of(), belief_of()
    far.note_sighting(row_of("box", 0.3), 100.0)
    near.note_sighting(row_of("box", 0.3), 20.0)
    assert share_of(near, "box_heavy") > share_of(far, "box_heavy")


def test_radar_speaks_for_metal():
    # a rusty silencer among things of its size
    size = np.array([0.6, 0.3, 0.2])
    with_radar, without = belief_of(size), belief_of(size)
    with_radar.note_sighting(row_of("vehicle-part", 0.2, radar=1.0), 80.0)
    without.note_sighting(row_of("vehicle-part", 0.2, radar=0.0), 80.0)
    metal = HYPOTHESES.is_metal[with_radar.specimens.kind]
    one, two = (belief.weights()[metal].sum() for belief in (with_radar, without))
    # the radar is wrong for a tenth of the tracks: odds of 9 either way
    assert one / (1.0 - one) == pytest.approx(81.0 * two / (1.0 - two))


def test_ghosts_come_and_go():
    belief = belief_of()
    before = ghost_share(belief)
    belief.note_detection(False, 80.0)
    # missed: 0.7 against 0.03
    odds = ghost_share(belief) / (1.0 - ghost_share(belief))
    assert odds == pytest.approx(before / (1.0 - before) * 0.7 / 0.03, rel=1e-6)
    belief.note_detection(True, 20.0)
    assert ghost_share(belief) < 1e-3


def test_what_moves_is_real():
    belief = belief_of()
    belief.note_motion()
    assert belief.weights()[belief.specimens.kind >= len(NAMES)].sum() == 0.0
    assert belief.weights().sum() == pytest.approx(1.0)


def test_a_mark_on_the_ground_costs_nothing():
    belief = belief_of(np.array([2.0, 0.8, 0.01]))
    for _ in range(3):
        belief.note_sighting(row_of("ground-mark", 0.7), 50.0)
    assert belief.expected_usd() < 0.1


@pytest.mark.parametrize("count", sorted(STRATA))
def test_strata_are_shares_from_mild_to_bad(count):
    assert len(STRATA[count]) == count
    assert sum(STRATA[count]) == pytest.approx(1.0)
    assert list(STRATA[count]) == sorted(STRATA[count], reverse=True)
    rows, weights = pick_two(np.array(STRATA[count]))
    assert weights.sum() == pytest.approx(1.0)
    assert ((rows >= 0) & (rows < count)).all()


def test_scenarios_hold_nothing_that_is_hidden():
    belief = belief_of()
    scenarios = empty_batch(6)
    scenarios["episode_i"][:, episode.NOISE_SEED] = 77
    scenarios["debris_f"][:, debris.X, 0] = 123.0
    for row in HIDDEN_ROWS:
        scenarios["debris_f"][:, row, 0] = np.nan
    for row in HIDDEN_FLAGS:
        scenarios["debris_i"][:, row, 0] = -9
    weights = fill_scenarios(scenarios, [belief], 0, np.random.default_rng(1))
    assert weights.sum() == pytest.approx(1.0)
    assert np.isfinite(scenarios["debris_f"]).all()
    assert (scenarios["debris_i"][:, HIDDEN_FLAGS, 0] >= 0).all()
    assert (scenarios["debris_f"][:, debris.X, 0] == 123.0).all()
    seeds = scenarios["episode_i"][:, episode.NOISE_SEED]
    assert len(set(seeds.tolist()) | {77}) == 7


def test_weighted_scenarios_are_the_belief_on_average():
    belief = belief_of()
    mass = HIDDEN_ROWS.index(debris.MASS)
    expected = float(belief.weights() @ belief.specimens.hidden[:, mass])
    rng, means = np.random.default_rng(2), []
    for _ in range(400):
        scenarios = empty_batch(6)
        weights = fill_scenarios(scenarios, [belief], 0, rng)
        means.append(weights @ scenarios["debris_f"][:, debris.MASS, 0])
    standard_error = np.std(means) / math.sqrt(len(means))
    assert abs(np.mean(means) - expected) < 4.0 * standard_error
