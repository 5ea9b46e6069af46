"""Constants that everything in ``envs`` shares: time steps, sizes, and the rows of the state arrays.

The modules beside this one name the rows of the arrays of one world. Kernels import such a module and index with its
constants (``world.vehicle_f[vehicle.SPEED, i]``): Numba freezes them, so the name costs nothing. There is no code here.

Letters used for shapes everywhere: ``B`` worlds, ``N`` vehicles (ego first), ``J`` debris objects.
"""

TICK_HZ = 15
"""Simulation ticks per second."""

DECISION_HZ = 5
"""Policy decisions per second."""

TICKS_PER_DECISION = TICK_HZ // DECISION_HZ
"""Ticks between two decisions: 3."""

TICK_S = 1.0 / TICK_HZ
"""Length of one tick in seconds."""

DECISION_S = 1.0 / DECISION_HZ
"""Length of one decision in seconds."""

DECISIONS_PER_EPISODE = 100
"""Decisions after which an episode is truncated: 20 s. Counted as an integer, never as a sum of floats."""

MAX_VEHICLES = 31
"""Ego plus at most 30 others."""

MAX_DEBRIS = 4
"""Debris objects of one world at most, phantoms included."""

VEHICLE_SLOTS = 8
"""Vehicle tracks of an observation."""

DEBRIS_SLOTS = 4
"""Debris tracks of an observation."""

LANE_WIDTH_M = 4.0
"""Width of every lane, hard shoulder included; highway-env's default."""

ROAD_LENGTH_M = 10_000.0
"""Length of the straight carriageway; no vehicle reaches its end in 20 s."""

EGO_LENGTH_M, EGO_WIDTH_M, EGO_HEIGHT_M = 4.5, 1.8, 1.5
"""Size of the ego and of every other passenger car [A: a mid-size car]."""

GRAVITY_MPS2 = 9.81
"""Acceleration of gravity."""

LANE_SPEED_LIMIT_MPS = 40.0
"""Speed limit of roadworld's lanes: high, so that a vehicle's own target speed decides."""
