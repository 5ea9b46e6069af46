"""Columns of the observation arrays; ``envs.observation`` defines their units, ranges and meaning."""

from envs.specification.debris import NUM_LOOKS

# --- ego (NUM_EGO,) ---------------------------------------------------------------------------------
E_Y = 0
E_SPEED = 1
E_LATERAL_SPEED = 2
E_HEADING = 3
E_YAW_RATE = 4
E_ACCELERATION = 5
E_GRIP = 6
E_SET_SPEED = 7
E_TARGET_Y = 8
E_LEFT_EDGE = 9
E_RIGHT_EDGE = 10
E_NUM_LANES = 11
E_SHOULDER = 12
E_NIGHT = 13
E_RAIN = 14
E_FOG = 15
E_SIGHT_RANGE = 16
E_TIME_LEFT = 17
NUM_EGO = 18

# --- vehicles (VEHICLE_SLOTS, NUM_VEHICLE) ----------------------------------------------------------
V_TRACKED = 0
V_VISIBLE = 1
V_AGE_SINCE_SEEN = 2
V_TRACK_AGE = 3
V_IDENTITY = 4
V_DX = 5
V_DY = 6
V_VX = 7
V_VY = 8
V_HEADING = 9
V_LENGTH = 10
V_WIDTH = 11
V_HEIGHT = 12
V_SD_X = 13
V_SD_Y = 14
V_SD_V = 15
V_SD_SIZE = 16
V_BRAKE_LAMP = 17
V_JOLT = 18
NUM_VEHICLE = 19

# --- debris (DEBRIS_SLOTS, NUM_DEBRIS) --------------------------------------------------------------
D_TRACKED = 0
D_VISIBLE = 1
D_AGE_SINCE_SEEN = 2
D_TRACK_AGE = 3
D_IDENTITY = 4
D_DX = 5
D_DY = 6
D_Z = 7
D_VX = 8
D_VY = 9
D_VZ = 10
D_YAW = 11
D_LENGTH = 12
D_WIDTH = 13
D_HEIGHT = 14
D_SD_X = 15
D_SD_Y = 16
D_SD_V = 17
D_SD_SIZE = 18
D_RADAR = 19
D_THERMAL = 20
D_LOOK = 21  # first of NUM_LOOKS columns: the look posterior
NUM_DEBRIS = D_LOOK + NUM_LOOKS
