"""Rows of the debris arrays of one world: ``debris_f (NUM_FLOATS, J)`` and ``debris_i (NUM_INTS, J)``.

Columns from ``num_debris`` on are padding. SI units; positions are of the object's centre, ``Z`` is the height
of its lowest point above the road.
"""

# --- debris_f: motion -------------------------------------------------------------------------------
X = 0
Y = 1
Z = 2  # height of the lowest point above the road, m
VX = 3
VY = 4
VZ = 5
YAW = 6  # long axis against the road's direction, rad
# --- debris_f: visible size -------------------------------------------------------------------------
LENGTH = 7  # along its own axis, m
WIDTH = 8
HEIGHT = 9
# --- debris_f: hidden properties (envs/physics/SOURCES.md 4.1); they never reach an observation -------------------
MASS = 10  # kg
CRUSH_PRESSURE = 11  # Pa
STIFFNESS = 12  # N/m
SHARPNESS = 13  # 0..1
FRICTION = 14  # object on road, Coulomb
DRAG_AREA = 15  # C_D A, m2
LIFT_AREA = 16  # C_L A, m2
RESTITUTION = 17  # normal coefficient of the bounce on the road
BREAKAWAY_ENERGY = 18  # J, anchored objects only; 0 = not stated
TYRE_FRICTION = 19  # friction coefficient under a tyre on this patch; patches only
PIECES = 20  # expected sharp pieces under one tyre track; patches only
# --- debris_f: derived, kept in the state -----------------------------------------------------------
AIR_THRESHOLD = 21  # least air speed that can move the object, m/s: skips aerodynamics
NUM_FLOATS = 22

# --- debris_i ---------------------------------------------------------------------------------------
IS_REAL = 0  # 0: a shadow, a stain, a detector ghost: reported, but there is no object
IS_PATCH = 1  # 1: a spill on the surface, no body
IS_ANCHORED = 2
LOOK = 3  # index into LOOKS
IS_METAL = 4  # radar return
IS_WARM = 5  # thermal signature
BLOCKS_TRAFFIC = 6  # 1: other drivers see it as a leader and brake or change lane
CARRIER = 7  # index of the vehicle it is loaded on; -1 = on the road
RELEASE_TICK = 8  # tick at which it falls off its carrier
STRUCK_BY_EGO = 9  # 1 once the ego has moved it
TOUCHING = 10  # bit i set: vehicle i has touched it and has not yet been 0.5 m away again
FLICKERS = 11  # 1: a ghost that the detector reports only now and then
FATES = 12  # bits 2 i and 2 i + 1: envs.physics.contact.fate at the first touch of vehicle i, until they are apart
NUM_INTS = 13

LOOKS = (
    "tyre-like", "flat", "box", "bag", "long", "soft-furniture", "vehicle-part", "block", "flat-tall",
    "drum/cone", "vegetation", "animal", "sheet-soft", "box-white", "box-dark", "frame", "patch", "ground-mark",
)  # fmt: skip
"""Look classes of ``envs/physics/SOURCES.md`` 4 plus ``ground-mark``: a shadow, a stain, a sealed crack."""

NUM_LOOKS = len(LOOKS)
