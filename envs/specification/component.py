"""Columns of the cost array ``cost (NUM_COMPONENTS,)`` of one decision: expected US$ by component."""

HARM = 0  # people in the ego, by contact with objects
JOLT = 1  # people in the ego, by vertical acceleration
FRONT = 2  # bumper, radiator, structure
UNDERBODY = 3
TYRE = 4
WHEEL = 5  # rim, suspension, alignment
LOSS_OF_CONTROL = 6  # by yaw, by puncture, on a spill; leaving the road
SWERVE = 7  # loss of control by one's own steering
REAR_END = 8  # the actual follower runs into the braking ego, in expectation
COLLISION = 9  # a real collision with another vehicle
FOLLOWERS = 10  # what objects struck by the ego do to other cars
WINDSCREEN = 11  # a thrown object on the windscreen of a follower
MANOEUVRE = 12
TIME = 13
STANDING = 14  # stopped in a live lane
NUISANCE = 15  # hard braking without a cause
NUM_COMPONENTS = 16

NAMES = (
    "harm", "jolt", "front", "underbody", "tyre", "wheel", "loss_of_control", "swerve", "rear_end", "collision",
    "followers", "windscreen", "manoeuvre", "time", "standing", "nuisance",
)  # fmt: skip
"""Names of the components in column order; records call them ``cost_<name>_usd``."""
