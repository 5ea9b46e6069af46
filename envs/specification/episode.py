"""Rows of the per-world scalars: ``episode_f (NUM_FLOATS,)`` and ``episode_i (NUM_INTS,)``."""

# --- episode_f: the road and the weather, constant within an episode --------------------------------
FRICTION = 0  # tyre-road friction coefficient of the clean surface
WIND_X = 1  # mean wind, m/s, along the road
WIND_Y = 2  # mean wind, m/s, across the road, to the right
GUST = 3  # amplitude of the gusts, m/s
LEFT_EDGE = 4  # left edge of the drivable width, m
RIGHT_EDGE = 5
SIGHT_RANGE = 6  # range at which a large object is recognised, m (light and weather)
SET_SPEED = 7  # speed the ego's driver wants, m/s
FLOW = 8  # arriving vehicles per second and lane, for standing in a live lane
# --- episode_f: the ego's command and motion --------------------------------------------------------
COMMAND = 9  # commanded longitudinal acceleration of this decision, m/s2
TARGET_Y = 10  # commanded lateral position of this decision, m
YAW_RATE = 11  # rad/s in the last tick
LATERAL_ACCELERATION = 12  # m/s2 in the last tick, signed
GRIP = 13  # mean friction coefficient under the four wheels
SPEED_AT_DECISION = 14  # ego speed at the start of the decision, m/s
# --- episode_f: running charges of the cost ---------------------------------------------------------
SWERVE_PEAK = 15  # largest |lateral acceleration| of the swerve under way, m/s2
SPILL_PAID = 16  # loss-of-control probability already charged for the patch under the ego
BRAKE_SPEED = 17  # ego speed at brake onset, m/s
BRAKE_GAP = 18  # bumper-to-bumper gap to the follower at brake onset, m
BRAKE_FOLLOWER_SPEED = 19  # m/s
BRAKE_PAID = 20  # US$ already charged for this braking episode
NUISANCE_PAID = 21  # US$ already charged for this braking episode
MANOEUVRE_PEAK = 22  # furthest from the lane centre since the last charge of an in-lane shift, m
TOTAL_COST = 23  # US$ since reset
MIN_TTC = 24  # smallest time to collision of the decision, s
NUM_FLOATS = 25

# --- episode_i: constant within an episode ----------------------------------------------------------
NOISE_SEED = 0  # key of every counter-based number of this episode
NUM_VEHICLES = 1
NUM_DEBRIS = 2
NUM_LANES = 3  # live lanes
HAS_SHOULDER = 4  # 1: one more lane on the right, forbidden for traffic
LIGHT = 5  # DAY or NIGHT
WEATHER = 6  # CLEAR, RAIN or FOG
# --- episode_i: clocks ------------------------------------------------------------------------------
TICK = 7
DECISION = 8
# --- episode_i: how it ended, 0 or 1 ----------------------------------------------------------------
COLLIDED = 9
LOST_CONTROL = 10
OFF_ROAD = 11
TRUNCATED = 12
# --- episode_i: running charges of the cost ---------------------------------------------------------
BRAKE_TICK = 13  # tick of brake onset; -1 = no braking episode
BRAKE_FOLLOWER = 14  # index of the follower at brake onset; -1 = none
BRAKE_RELEASED = 15  # ticks since the brake lamp went out
SWERVE_QUIET = 16  # ticks since the lateral acceleration was small
CHARGED_LANE = 17  # lane for which the last lane change was charged
NUM_CONTACTS = 18  # filled rows of the contact table in this decision
HAS_CAUSE = 19  # 1: something ahead justified braking in this braking episode
NEXT_TRACK = 20  # identity that the next new track gets
NUM_INTS = 21

DAY, NIGHT = 0, 1
CLEAR, RAIN, FOG = 0, 1, 2
LIGHT_NAMES = ("day", "night")
WEATHER_NAMES = ("clear", "rain", "fog")
