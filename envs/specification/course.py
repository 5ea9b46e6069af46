"""Rows of the recorded courses of other vehicles: ``course_f (NUM_FLOATS, MAX_MOMENTS)``, ``course_i (NUM_INTS, N)``.

Courses lie one behind the other in the columns of ``course_f``. Both arrays are zero where there are none.
"""

MAX_MOMENTS = 256
"""Moments of all courses of one world together: 6 vehicles for 20 s at two moments per second."""

# --- course_f: one column per moment ----------------------------------------------------------------
TIME = 0  # s since the start, increasing within a course
X = 1  # m
Y = 2  # m
HEADING = 3  # rad
SPEED = 4  # m/s along the heading
NUM_FLOATS = 5

# --- course_i: one column per vehicle ---------------------------------------------------------------
FIRST = 0  # first moment of its course
END = 1  # the moment after its last; 0 = it has none. The ego, which has none, holds the number of all moments
NUM_INTS = 2
