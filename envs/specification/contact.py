"""Rows of the contact table of one decision: ``contacts (MAX_CONTACTS, NUM_FLOATS)``."""

MAX_CONTACTS = 8
"""More contacts than this within 0.2 s are not listed; their effects and costs still count."""

TICK = 0
VEHICLE = 1  # index, 0 = the ego
OBJECT = 2  # index
MODE = 3  # envs.physics.contact.outcome: miss, straddle, run-over, underbody, frontal; patches count as run-over
DELTA_V = 4  # loss of forward speed, m/s
VERTICAL_ACCELERATION = 5  # peak, m/s2
YAW_RATE = 6  # peak, rad/s, positive = to the right
TYRE_INDENTATION = 7  # m
UNDERBODY_FORCE = 8  # N
RIM_FORCE = 9  # N
PUNCTURE = 10  # probability
RIM_DAMAGE = 11  # probability
LOSS_OF_CONTROL = 12  # probability
FATE = 13  # envs.physics.contact.fate
EXIT_SPEED = 14  # forward speed of the object afterwards, m/s
EXIT_LATERAL = 15  # m/s, to the right
CLOSING_SPEED = 16  # m/s
OFFSET = 17  # object's centre right of the vehicle's axis, m
COST = 18  # expected US$ of this contact for the vehicle that made it
NUM_FLOATS = 19

NAMES = (
    "tick", "vehicle", "object", "mode", "delta_v_mps", "vertical_acceleration_mps2", "yaw_rate_radps",
    "tyre_indentation_m", "underbody_force_n", "rim_force_n", "puncture", "rim_damage", "loss_of_control", "fate",
    "exit_speed_mps", "exit_lateral_mps", "closing_speed_mps", "offset_m", "cost_usd",
)  # fmt: skip
