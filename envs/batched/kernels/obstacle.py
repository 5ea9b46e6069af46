"""Rows of the obstacle arrays: ``obstacle_f (NUM_FLOATS, J)`` and ``obstacle_i (NUM_INTS, J)``.

An obstacle is how traffic sees an object on the road: a leader, and in parity scenes a body to crash into. Column
order = highway-env's ``road.objects`` order. SI units, positions of centres.
"""

# --- obstacle_f ---------------------------------------------------------------------------------
X = 0
Y = 1
VX = 2  # velocity as seen by followers and by the collision test, m/s
VY = 3
HEADING = 4  # rad; the rows from here on are read for colliding obstacles only
LENGTH = 5  # m
WIDTH = 6
DIAGONAL = 7  # sqrt(LENGTH^2 + WIDTH^2)
NUM_FLOATS = 8

# --- obstacle_i ---------------------------------------------------------------------------------
CRASHED = 0  # set when a vehicle overlaps it
COLLIDES = 1  # 0: seen, never touched (roadworld's debris: its contact is roadworld's own)
NUM_INTS = 2
