"""Rows of the track arrays: the memory of the ego's perception of one world.

``track_f (NUM_FLOATS, S)`` and ``track_i (NUM_INTS, S)`` with ``S = VEHICLE_SLOTS + DEBRIS_SLOTS``: first the vehicle
slots, then the debris slots. A track keeps its slot for life.
"""

from envs.specification.debris import NUM_LOOKS

# --- track_i ----------------------------------------------------------------------------------------
TARGET = 0  # index of the vehicle or object; -1 = the slot is free
IDENTITY = 1  # grows with every new track of the episode
AGE = 2  # decisions since birth
UNSEEN = 3  # decisions since last seen
VISIBLE = 4  # 0 or 1
NUM_INTS = 5

# --- track_f: the last measurement, held while unseen (world frame, SI) ------------------------------
X = 0
Y = 1
VX = 2
VY = 3
SD_X = 4  # standard deviations of the measurement
SD_Y = 5
SD_V = 6
LENGTH = 7
WIDTH = 8
HEIGHT = 9
SD_SIZE = 10
HEADING = 11  # vehicles: heading; debris: yaw
Z = 12  # debris only from here
VZ = 13
RADAR = 14
THERMAL = 15
BRAKE = 16  # vehicles: brake lamp
JOLT = 17  # vehicles: visible jolt, m
ERRORS = 18  # first of NUM_ERRORS rows: standard normal draws of this track, fixed for its life
NUM_ERRORS = 12  # x, y, vx, vy; share of length, width, height; heading; edges of length, width, height; one spare
LOOK = ERRORS + NUM_ERRORS  # first of NUM_LOOKS rows: the look posterior
LOOK_DRAWS = LOOK + NUM_LOOKS  # first of NUM_LOOKS rows: standard normal draws, fixed for life
NUM_FLOATS = LOOK_DRAWS + NUM_LOOKS
