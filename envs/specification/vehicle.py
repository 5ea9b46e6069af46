"""Rows of the vehicle arrays of one world: ``vehicle_f (NUM_FLOATS, N)`` and ``vehicle_i (NUM_INTS, N)``.

Column order is highway-env's ``road.vehicles`` order, the ego first; columns from ``num_vehicles`` on are
padding and never visited. SI units; ``y`` grows to the right, as in highway-env.
"""

# --- vehicle_f: highway-env's state -----------------------------------------------------------------
X = 0  # centre, m
Y = 1  # centre, m; lane k has its centre at LANE_WIDTH_M * k
HEADING = 2  # rad, never wrapped
SPEED = 3  # m/s along the heading, may be negative
STEERING = 4  # stored command, rad
ACCELERATION = 5  # stored command, m/s2
TARGET_SPEED = 6  # m/s
TIMER = 7  # s, MOBIL's clock
EXPONENT = 8  # IDM's delta
TIME_GAP = 9  # IDM's TIME_WANTED, s; highway-env 1.5
JAM_DISTANCE = 10  # IDM's DISTANCE_WANTED, centre to centre, m; highway-env 10
IMPACT_X = 11  # pending displacement of a collision, m
IMPACT_Y = 12
COS = 13  # cached cos and sin of HEADING, refreshed whenever HEADING changes
SIN = 14
LENGTH = 15  # m
WIDTH = 16  # m
DIAGONAL = 17  # sqrt(LENGTH^2 + WIDTH^2), as highway-env's constructor computes it
# --- vehicle_f: roadworld's own ---------------------------------------------------------------------
HEIGHT = 18  # m, hides what is behind
MASS = 19  # kg
JOLT = 20  # amplitude of the visible vertical jolt of the body, m, >= 0, decays
SCRIPT_SPEED = 21  # target speed from SCRIPT_TICK on, m/s; negative = unchanged
NUM_FLOATS = 22

# --- vehicle_i --------------------------------------------------------------------------------------
LANE = 0  # own lane, refreshed at the end of the vehicle's own move
TARGET_LANE = 1
CRASHED = 2  # 0 or 1
HAS_IMPACT = 3  # 1 while IMPACT_X, IMPACT_Y wait to be applied
KIND = 4  # one of the KIND_ constants
CHECK_COLLISIONS = 5  # highway-env's check_collisions
MAY_CHANGE_LANE = 6  # highway-env's enable_lane_change
IS_TRUCK = 7  # geometry and mass class for contacts
ORDER = 8  # column k holds the index of the k-th vehicle by increasing x (twin only)
SCRIPT_TICK = 9  # tick at which the script below starts; -1 = no script
SCRIPT_LANE = 10  # lane the script steers to; -1 = unchanged
RETURN_TICK = 11  # tick of a second lane change; -1 = none
RETURN_LANE = 12  # lane it steers to
PAINT = 13  # index into PAINTS; for pictures only, no observation contains it
NUM_INTS = 14

PAINTS = ("white", "black", "grey", "silver", "blue", "red", "green", "brown")
"""Colours of vehicles, most frequent first."""

PAINT_PERCENT = (36, 22, 17, 9, 8, 5, 2, 1)
"""Share of every colour, in percent [A]: near those of new cars, of which four in five are white, black, grey or silver
(BASF Color Report 2023 for Automotive OEM Coatings)."""

# --- values of KIND ---------------------------------------------------------------------------------
KIND_IDM = 0  # highway-env's IDMVehicle
KIND_EGO = 1  # roadworld's continuous ego
KIND_MDP = 2  # highway-env's MDPVehicle, parity scenes only
KIND_COURSE = 3  # follows its recorded course, then becomes KIND_IDM; never in an instance
