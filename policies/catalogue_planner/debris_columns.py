"""Columns of an object row: its measured properties, and the contacts of the plan with it so far."""

from __future__ import annotations

# --- measured -------------------------------------------------------------------------------------------------------
X = 0  # ahead of the ego's centre now, m
Y = 1  # across the road, m
Z = 2  # height of the lowest point, m
VX = 3  # m/s
VY = 4
VZ = 5
YAW = 6  # rad
LENGTH = 7  # m
WIDTH = 8
SD_Y = 9  # standard deviation of the lateral position, m
BODY = 10  # probability that it has a body
PATCH = 11  # probability that it is a patch
NUM_COLUMNS = 12

# --- done so far ----------------------------------------------------------------------------------------------------
MET = 0  # 1: the ego is or was where a body may be
WHEELS = 1  # largest share of the wheels that were on the patch
DEMAND = 2  # largest friction coefficient that was needed there
NUM_DONE = 3

LIKELY = 0.5
"""An object that has a body with a higher probability than this is a cause to brake, and a patch drives like one."""
