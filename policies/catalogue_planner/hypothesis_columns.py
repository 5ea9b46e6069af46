"""Columns of a hypothesis (an atom) about an object's contents."""

# kinds of hypotheses
NOTHING, BODY, PATCH = 0, 1, 2

KIND = 0
LENGTH = 1  # m
WIDTH = 2  # m
HEIGHT = 3  # m
MASS = 4  # kg
CRUSH_PRESSURE = 5  # Pa
STIFFNESS = 6  # N/m; 0 = by the rule of the contact model
SHARPNESS = 7  # 0..1
TYRE_FRICTION = 8  # patches only
PIECES = 9  # patches only
SHIFT_Y = 10  # true lateral position less the measured one, m
NUM_COLUMNS = 11
