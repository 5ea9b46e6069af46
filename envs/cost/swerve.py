"""Risk of swerving: the probability of losing control by one's own steering (envs/physics/SOURCES.md 6.1) [A].

``envs.world.charges.charge_swerve`` charges it times the cost of the crash, as component ``swerve``.
"""

from __future__ import annotations

import math

import numpy as np

from envs.physics.compilation import compiled
from envs.physics.friction import LEAST_FRICTION
from envs.physics.smooth import logistic
from envs.specification import GRAVITY_MPS2


@compiled
def swerve_loss_of_control(lateral_acceleration: float, friction: float, p: np.record) -> float:
    """Probability of losing control by one's own steering: one half at 0.75 of the grip.

    There is no dead band: 2 m/s2 on a dry road has 0.0008.

    Parameters
    ----------
    lateral_acceleration
        Largest of the manoeuvre, m/s2, either sign; 4 d/T^2 for an offset d in time T.
    friction
        Mean friction coefficient under the wheels.
    """
    share = math.fabs(lateral_acceleration) / (GRAVITY_MPS2 * max(friction, LEAST_FRICTION))
    at_rest = logistic(-p.swerve_threshold / p.swerve_width)
    return max(0.0, logistic((share - p.swerve_threshold) / p.swerve_width) - at_rest)
