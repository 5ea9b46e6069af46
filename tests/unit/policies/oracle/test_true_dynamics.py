"""The learned belief over classes becomes a belief over specimens, each class with the probability it was given."""

import numpy as np
import pytest

from envs.cost.parameters import CostParameters
from envs.errors import UserError
from envs.specification import debris
from policies.oracle.hypotheses import HIDDEN_FLAGS, HIDDEN_ROWS, draw_specimens, make_hypotheses
from policies.oracle.true_dynamics import LearnedObjectBelief, classes_of
from policies.world_model.estimation.content_classes import NUM_CLASSES, NUM_PATCHES
from policies.world_model.model.checkpoint import SHIPPED, load, read_codebook


@pytest.fixture(scope="module")
def book():
    return read_codebook(load(SHIPPED).about, "shipped")


@pytest.fixture(scope="module")
def belief(book):
    hypotheses = make_hypotheses(0.2, 0.03)
    rng = np.random.default_rng(0)
    size = np.array([0.6, 0.45, 0.35])
    specimens = draw_specimens(hypotheses, size, 0.0, CostParameters().to_array()[0], rng)
    return LearnedObjectBelief(hypotheses, specimens, book)


def test_classes_are_nothing_patches_and_bodies_by_mass(belief, book):
    specimens = belief.specimens
    kinds = classes_of(specimens, book)
    real = specimens.flags[:, HIDDEN_FLAGS.index(debris.IS_REAL)] == 1
    patch = specimens.flags[:, HIDDEN_FLAGS.index(debris.IS_PATCH)] == 1
    assert (kinds[~real] == 0).all()
    assert (kinds[real & patch] <= NUM_PATCHES).all()
    assert (kinds[real & ~patch] > NUM_PATCHES).all()
    mass = specimens.hidden[:, HIDDEN_ROWS.index(debris.MASS)]
    light, heavy = (kinds[real & ~patch & chosen] for chosen in (mass < 1.0, mass > 20.0))
    assert light.mean() < heavy.mean()


def test_before_it_is_seen_the_prior_counts(belief):
    belief.probabilities = None
    weights = belief.weights()
    assert weights.sum() == pytest.approx(1.0)
    assert np.ptp(weights) > 0.0


def test_every_class_gets_what_it_was_given(belief, book):
    kinds = classes_of(belief.specimens, book)
    there = np.unique(kinds)
    given = np.zeros(NUM_CLASSES)
    given[there] = np.random.default_rng(1).dirichlet(np.ones(len(there)))
    belief.probabilities = given
    weights = belief.weights()
    found = np.bincount(kinds, weights, minlength=NUM_CLASSES)
    np.testing.assert_allclose(found, given, atol=1e-12)


def test_classes_that_nothing_of_this_size_belongs_to_count_for_nothing(belief, book):
    absent = sorted(set(range(NUM_CLASSES)) - set(classes_of(belief.specimens, book).tolist()))
    assert absent
    given = np.zeros(NUM_CLASSES)
    given[absent[0]] = 1.0
    belief.probabilities = given
    found = belief.weights()
    belief.probabilities = None
    np.testing.assert_array_equal(found, belief.weights())


@pytest.mark.parametrize(
    ("about", "word"),
    [
        ({}, "missing"),
        ({"codebook": {"bodies": [[1.0]]}}, "expected"),
        ({"codebook": {"bodies": [[1.0]], "patches": []}}, "got"),
    ],
)
def test_a_checkpoint_without_a_codebook_says_so(about, word):
    with pytest.raises(UserError, match=word):
        read_codebook(about | {"classes": []}, "mine")
