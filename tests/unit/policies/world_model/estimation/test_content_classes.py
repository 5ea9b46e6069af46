"""Fitting the codebook of content classes."""

import numpy as np
import pytest

from envs.errors import UserError
from policies.world_model.estimation.content_classes import NUM_BODIES, NUM_PATCHES, fit_codebook
from policies.world_model.log import experience as log


def contents_of(bodies, patches):
    """Contents of so many different bodies and patches, and the names of their types."""
    rows = np.random.default_rng(0).uniform(0.5, 5.0, (bodies + patches, log.NUM_CONTENTS))
    rows[:, log.H_KIND] = log.BODY
    rows[bodies:, log.H_KIND] = log.PATCH
    return rows, np.array(["box"] * bodies + ["spill"] * patches)


@pytest.mark.parametrize(
    ("bodies", "patches", "met"),
    [(NUM_BODIES - 1, NUM_PATCHES, "11 different bodies"), (NUM_BODIES, 0, "0 different patches")],
)
def test_too_little_experience_is_one_line(bodies, patches, met):
    with pytest.raises(UserError, match=rf"experience: met {met}, expected at least \d+"):
        fit_codebook(*contents_of(bodies, patches), np.random.default_rng(1))


def test_as_many_contents_as_classes_are_enough():
    contents, types = contents_of(NUM_BODIES, NUM_PATCHES)
    book = fit_codebook(contents, types, np.random.default_rng(1))
    assert book.bodies.shape[0] == NUM_BODIES
    assert np.isfinite(book.bodies).all()
    assert np.isfinite(book.patches).all()
