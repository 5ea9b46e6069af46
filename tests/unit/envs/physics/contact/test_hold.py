"""A touched object is shifted out of the vehicle by its end or its flank, and shares its speed."""

from hypothesis import given
from hypothesis import strategies as st

from envs.physics.contact.hold import common_speed, shift_outside

SPEED = st.floats(0.0, 60.0)
MASS = st.floats(0.01, 2e4)


def test_shift_to_the_front_to_the_rear_and_to_the_flank():
    # car of 4.5 x 1.8 m, box of 0.5 m: reach 2.5 m, side 1.15 m
    assert shift_outside(2.0, 0.3, 2.5, 1.15, 2.1, 0.0) == (0.5, 0.0)
    assert shift_outside(-2.0, 0.3, 2.5, 1.15, 2.1, 0.0) == (-0.5, 0.0)
    # 2.2 m behind the front, 0.15 m within the right flank
    assert [round(x, 9) for x in shift_outside(0.3, 1.0, 2.5, 1.15, 2.1, 0.0)] == [0.0, 0.15]
    # 0.15 m deep at the corner: it glances off to the left
    assert [round(x, 9) for x in shift_outside(2.0, -1.0, 2.5, 1.15, 2.1, 0.2)] == [0.0, -0.15]


@given(
    along=st.floats(-3.0, 3.0),
    across=st.floats(-1.5, 1.5),
    way=st.floats(0.1, 4.0),
    glance=st.floats(0.0, 1.0),
)
def test_a_shift_is_outward_and_no_longer_than_the_way(along, across, way, glance):
    shift = shift_outside(along, across, 3.0, 1.5, way, glance)
    assert shift.along * along >= 0.0
    assert shift.across * across >= 0.0
    assert abs(shift.along) + abs(shift.across) <= way
    assert shift.along * shift.across == 0.0


@given(one=MASS, other=MASS, u=SPEED, w=SPEED)
def test_a_common_speed_keeps_momentum_and_creates_no_energy(one, other, u, w):
    v = common_speed(one, u, other, w)
    assert abs((one + other) * v - one * u - other * w) <= 1e-9 * (one + other) * 60.0
    assert (one + other) * v * v <= (one * u * u + other * w * w) * (1.0 + 1e-9) + 1e-9
