"""Rows of an object as far as it is measured, and of what a plan has done to it so far."""

from __future__ import annotations

# --- measured -------------------------------------------------------------------------------------------------------
O_X = 0  # ahead of the ego's centre now, m
O_Y = 1  # across the road, m
O_Z = 2  # height of the lowest point, m
O_VX = 3  # m/s
O_VY = 4
O_VZ = 5
O_YAW = 6  # rad
O_LENGTH = 7  # m
O_WIDTH = 8
O_SD_Y = 9  # standard deviation of the lateral position, m
O_BODY = 10  # probability that it has a body
O_PATCH = 11  # probability that it is a patch
NUM_OBJECT = 12

# --- done so far ----------------------------------------------------------------------------------------------------
MET = 0  # 1: the car is or was where a body may be
WHEELS = 1  # largest share of the wheels that were on the patch
DEMAND = 2  # largest friction coefficient that was needed there
NUM_DONE = 3

LIKELY = 0.5
"""An object that has a body with a higher probability than this is a cause to brake, and a patch drives like one."""
