"""What nets see: whether places are exact is a mark of its own, far from every number of decisions."""

import numpy as np
import pytest

from policies.world_model.model import event_features as ft
from policies.world_model.model import state as s
from policies.world_model.model.state import empty_state


@pytest.mark.parametrize(("step", "mark"), [(0, 0.0), (7, 0.7), (ft.EXACT, -2.0)])
def test_nets_are_told_after_how_many_decisions_or_that_places_are_exact(step, mark):
    before, after = empty_state(), empty_state()
    for one in (before, after):
        one.ego[s.SPEED], one.things[0, s.D_LIVE], one.cars[0, s.C_LIVE] = 20.0, 1.0, 1.0
        one.things[0, [s.D_X, s.D_LENGTH, s.D_WIDTH]] = 6.0, 1.0, 1.0
        one.cars[0, [s.C_X, s.C_LENGTH, s.C_WIDTH]] = 8.0, 4.0, 2.0
    contact = np.zeros(ft.NUM_CONTACT_FEATURES)
    ft.contact_features(before, after, 0, step, contact)
    assert contact[ft.EXACT_CONTACT] == pytest.approx(mark)
    collision = np.zeros(ft.NUM_COLLISION_FEATURES)
    ft.collision_features(before, after, 0, step, collision)
    assert collision[ft.EXACT_COLLISION] == pytest.approx(mark)
