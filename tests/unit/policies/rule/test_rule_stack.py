"""Every rule fires where it should and not next door; left is the mirror image of right."""

from dataclasses import asdict

import numpy as np
import pytest

from envs.errors import UserError
from envs.specification import column
from envs.specification.debris import LOOKS
from experiments.cli.loading import load_policy
from policies.base import BRAKE, KEEP, LABELS, STEER_LEFT, STEER_RIGHT, STRADDLE
from policies.perception.velocity_filter import NUM_SPEEDS
from policies.rule import objects, rules
from policies.rule.policy import NAMES, RulePolicy, answerable_braking
from policies.rule.scene import Percept
from policies.rule.scene import read_scene as read_percept
from policies.rule.thresholds import Thresholds
from policies.rule.wrecks import find_wrecks

BOX, MARK, PATCH = (LOOKS.index(name) for name in ("box", "ground-mark", "patch"))
LIMITS = load_policy("rule").thresholds
# a single observation decides here: nothing has to be confirmed
RULE = RulePolicy(asdict(LIMITS) | {"confirm_nats": 0.0})
SEEN = np.full((1, 4, 2), (9.0, 0.0))


def read_scene(observation, sightings, gone=0.0):
    """Scene of an observation without perception."""
    wrecks = find_wrecks(observation, np.zeros((1, 8, NUM_SPEEDS)), LIMITS)
    return read_percept(
        Percept(observation, sightings, np.full((1, 4), gone), wrecks, is_filtered=False), LIMITS
    )


def scene(speed=30.0, y=4.0, lanes=3, grip=0.8):
    """An empty road, the ego in the middle lane."""
    ego = np.zeros((1, column.NUM_EGO), np.float32)
    ego[0, column.E_Y], ego[0, column.E_SPEED], ego[0, column.E_SET_SPEED] = y, speed, speed
    ego[0, column.E_LEFT_EDGE], ego[0, column.E_RIGHT_EDGE] = -2.0, 4.0 * lanes - 2.0
    ego[0, column.E_NUM_LANES], ego[0, column.E_GRIP] = lanes, grip
    return {
        "ego": ego,
        "vehicles": np.zeros((1, 8, column.NUM_VEHICLE), np.float32),
        "debris": np.zeros((1, 4, column.NUM_DEBRIS), np.float32),
    }


def put(observation, slot=0, dx=90.0, dy=0.0, size=(0.5, 0.5, 0.5), look=BOX, **values):
    """An object on the road."""
    row = observation["debris"][0, slot]
    row[column.D_TRACKED] = row[column.D_VISIBLE] = 1.0
    row[column.D_DX], row[column.D_DY] = dx, dy
    row[column.D_LENGTH], row[column.D_WIDTH], row[column.D_HEIGHT] = size
    row[column.D_SD_X], row[column.D_SD_Y], row[column.D_SD_V] = 0.3, 0.05, 0.2
    row[column.D_SD_SIZE] = 0.01
    row[column.D_LOOK + look] = 1.0
    for name, value in values.items():
        row[getattr(column, f"D_{name.upper()}")] = value
    return observation


def drive_beside(observation, slot, dx, dy, speed=30.0):
    """A car."""
    row = observation["vehicles"][0, slot]
    row[column.V_TRACKED] = row[column.V_VISIBLE] = 1.0
    row[column.V_DX], row[column.V_DY], row[column.V_VX] = dx, dy, speed
    row[column.V_LENGTH], row[column.V_WIDTH], row[column.V_HEIGHT] = 4.5, 1.8, 1.5
    row[column.V_SD_V] = 0.3
    return observation


def decide(observation, policy=RULE):
    """Name of the rule that fires, label, acceleration in m/s2, and where it wants to be after a while."""
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    action = policy.act(observation)
    explained = policy.explain()
    name, label = explained.names[explained.reasons[0]], int(explained.labels[0])
    return name, label, -8.0 + 5.5 * (action[0, 0] + 1.0), policy._steering.goal[0]


def box_in(observation):
    """Cars close by on both sides."""
    for slot, (dx, dy) in enumerate(((2.0, 4.0), (-5.0, -4.0), (9.0, -4.0), (-8.0, 4.0))):
        drive_beside(observation, slot, dx, dy)
    return observation


def test_nothing_there_is_cruising():
    name, label, acceleration, goal = decide(scene())
    assert (name, label) == ("cruise", KEEP)
    assert acceleration == pytest.approx(0.0, abs=1e-6)
    assert goal == 4.0


@pytest.mark.parametrize(
    ("observation", "verdict"),
    [
        (put(scene()), objects.AVOID),
        (put(scene(), dx=-4.0), objects.IGNORE),
        (put(scene(), dx=0.5), objects.HOLD),
        (put(scene(), dx=30.0 * (LIMITS.horizon_s + 0.3)), objects.IGNORE),
        (put(scene(), age_since_seen=LIMITS.memory_s - 0.1), objects.AVOID),
        (put(scene(), age_since_seen=LIMITS.memory_s + 0.1), objects.IGNORE),
        (put(scene(), look=MARK), objects.IGNORE),
        (put(scene(), look=PATCH, size=(4.0, 3.0, 0.2)), objects.HOLD),
        (put(scene(), size=(4.0, 3.0, 0.01)), objects.HOLD),
        (put(scene(), size=(0.4, 0.4, 0.0)), objects.IGNORE),
        (put(scene(), size=(0.4, 0.4, 0.08)), objects.STRADDLE),
        (put(scene(), size=(0.4, 0.4, 0.14)), objects.AVOID),
        (put(scene(), size=(0.4, 1.2, 0.08)), objects.AVOID),
    ],
)
def test_verdict_on_one_object(observation, verdict):
    found, _ = objects.judge(read_scene(observation, SEEN), LIMITS)
    assert found[0, 0] == verdict
    assert (found[0, 1:] == objects.IGNORE).all()


@pytest.mark.parametrize(
    ("seen", "missed", "verdict", "is_severe"),
    [
        (1, 0, objects.AVOID, False),  # new: not worth hard braking
        (3, 0, objects.AVOID, True),
        (1, 1, objects.AVOID, False),
        (1, 2, objects.IGNORE, False),  # gone at the second and third look
        (5, 1, objects.AVOID, True),
    ],
)
def test_sightings_confirm_an_object_and_misses_make_it_a_ghost(seen, missed, verdict, is_severe):
    counts = SEEN.copy()
    counts[0, 0] = seen, missed
    found, severe = objects.judge(read_scene(put(scene()), counts), LIMITS)
    assert found[0, 0] == verdict
    assert severe[0, 0] == is_severe


@pytest.mark.parametrize(
    ("size", "is_severe"),
    [((0.5, 0.5, 0.5), True), ((0.5, 0.5, 0.1), False), ((0.5, 2.0, 0.1), True)],
)
def test_severity_by_height_or_width(size, is_severe):
    _, found = objects.judge(read_scene(put(scene(), size=size), SEEN), LIMITS)
    assert found[0, 0] == is_severe


def test_a_probable_mark_is_never_severe():
    observation = put(scene())
    observation["debris"][0, 0, column.D_LOOK + MARK] = LIMITS.severe_mark_probability + 0.01
    _, found = objects.judge(read_scene(observation, SEEN), LIMITS)
    assert not found.any()


def test_object_beside_the_path_is_left_alone():
    name, label, _, goal = decide(put(scene(), dy=2.2))
    assert (name, label, goal) == ("keep lane", KEEP, 4.0)


def test_low_and_narrow_is_straddled():
    name, label, acceleration, goal = decide(put(scene(), dy=0.5, size=(0.3, 0.3, 0.08)))
    assert (name, label) == ("straddle", STRADDLE)
    # 0.5 m aside, between wheels that leave 0.5 - 0.15 = 0.35 m to each side of its centre
    assert 4.15 - 1e-6 <= goal <= 4.85
    assert acceleration > -0.5


def test_small_offset_needs_the_edge_only():
    name, label, _, goal = decide(put(scene(), dy=-0.8))
    assert (name, label) == ("edge of the lane", STEER_RIGHT)
    # half the box, half the car, the margin and 0.7 of 0.05 m: 0.25 + 0.9 + 0.25 + 0.035 = 1.435 right of 3.2
    assert 4.635 <= goal <= 4.635 + 0.2


def test_centred_box_needs_a_lane_if_the_edge_is_too_near():
    observation = put(scene(), size=(0.6, 1.0, 0.6))
    name, label, _, goal = decide(observation)
    assert name == "change lane"
    assert label in {STEER_LEFT, STEER_RIGHT}
    assert abs(goal - 4.0) > 1.5


@pytest.mark.parametrize(("dy", "label"), [(-4.0, STEER_RIGHT), (4.0, STEER_LEFT)])
def test_occupied_lane_is_not_entered(dy, label):
    observation = drive_beside(put(scene(), size=(0.6, 1.0, 0.6)), 0, -3.0, dy)
    name, found, _, goal = decide(observation)
    assert (name, found) == ("change lane", label)
    assert (goal - 4.0) * dy < 0.0


def test_fast_car_from_behind_closes_the_lane():
    slow = drive_beside(put(scene(), size=(0.6, 1.0, 0.6)), 0, -30.0, 4.0, speed=30.0)
    fast = drive_beside(put(scene(), size=(0.6, 1.0, 0.6)), 0, -30.0, 4.0, speed=42.0)
    assert decide(slow)[1] == STEER_RIGHT
    assert decide(fast)[1] == STEER_LEFT


def test_late_and_severe_is_dodged_sharply():
    # 1.6 s before it: a metre and a half aside needs more than gentle steering
    name, label, _, _ = decide(put(scene(), dx=52.0, dy=-0.3, size=(0.6, 0.6, 0.6)))
    assert name == "dodge"
    assert label == STEER_RIGHT


def test_boxed_in_brakes_and_not_harder_than_the_follower_can_answer():
    alone = decide(box_in(put(scene(), dx=60.0, size=(0.6, 2.5, 0.6))))
    assert (alone[0], alone[1]) == ("brake", BRAKE)
    assert alone[2] == pytest.approx(-LIMITS.brake_severe_mps2, abs=1e-4)
    observation = box_in(put(scene(), dx=60.0, size=(0.6, 2.5, 0.6)))
    followed = decide(drive_beside(observation, 5, -20.0, 0.0))
    # gap 15.5 m: 900 / 2 (30 * 1.7 + 900 / 11 - 15.5) = 3.836
    assert followed[2] == pytest.approx(-3.836, abs=0.01)


def test_answerable_braking_without_a_follower_is_unlimited():
    assert np.isinf(answerable_braking(read_scene(scene(), SEEN), LIMITS)).all()


def test_mild_object_brakes_less_than_a_severe_one():
    mild = decide(box_in(put(scene(), dx=45.0, size=(0.5, 1.15, 0.12))))
    severe = decide(box_in(put(scene(), dx=60.0, size=(0.6, 2.5, 0.6))))
    assert mild[0] == severe[0] == "brake"
    assert mild[2] == pytest.approx(-LIMITS.brake_mild_mps2, abs=1e-4)
    assert severe[2] < mild[2]


def test_far_and_boxed_in_waits():
    assert decide(box_in(put(scene(), dx=30.0 * 6.0, size=(0.6, 2.5, 0.6))))[0] == "wait and see"


def test_patch_is_crossed_straight():
    name, label, acceleration, goal = decide(
        put(scene(), look=PATCH, size=(6.0, 3.0, 0.0), dx=40.0)
    )
    assert (name, label) == ("cross straight", KEEP)
    assert acceleration == pytest.approx(0.0, abs=1e-6)
    assert goal == pytest.approx(4.0)


def test_hidden_object_is_still_avoided():
    policy = RulePolicy(asdict(RULE.thresholds))
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    seen = put(scene(), dx=120.0, dy=-0.8)
    policy.act(seen)
    hidden = put(scene(), dx=80.0, dy=-0.8, age_since_seen=1.4)
    hidden["debris"][0, 0, column.D_VISIBLE] = 0.0
    drive_beside(hidden, 0, dx=60.0, dy=-0.6)
    policy.act(hidden)
    explained = policy.explain()
    assert explained.names[explained.reasons[0]] in {"edge of the lane", "stay committed"}
    assert explained.labels[0] == STEER_RIGHT


def test_commitment_holds_while_the_place_stays_good():
    policy = RulePolicy(asdict(RULE.thresholds))
    policy.reset(np.ones(1, np.bool_), np.zeros(1, np.int64))
    policy.act(put(scene(), dy=-0.8))
    goal = policy._steering.goal[0]
    policy.act(put(scene(), dx=84.0, dy=-0.7))
    assert policy.explain().names[policy.explain().reasons[0]] == "stay committed"
    assert policy._steering.goal[0] == pytest.approx(goal, abs=0.11)


def test_slippery_road_is_steered_gently():
    dry = decide(put(scene(), dx=52.0, dy=-0.3, size=(0.6, 0.6, 0.6)))
    wet = decide(put(scene(grip=0.35), dx=52.0, dy=-0.3, size=(0.6, 0.6, 0.6)))
    assert dry[0] == "dodge"
    assert wet[0] == "brake"


def mirror(observation):
    """Left and right exchanged; the road is symmetric about y = 4."""
    copy = {key: values.copy() for key, values in observation.items()}
    copy["ego"][:, column.E_Y] = 8.0 - copy["ego"][:, column.E_Y]
    for key, names in (("vehicles", ("V_DY", "V_VY")), ("debris", ("D_DY", "D_VY", "D_YAW"))):
        for name in names:
            copy[key][:, :, getattr(column, name)] *= -1.0
    return copy


@pytest.mark.parametrize("dy", [-1.6, -0.9, -0.45, 0.45, 0.9, 1.6])
@pytest.mark.parametrize("dx", [45.0, 70.0, 110.0])
def test_left_is_the_mirror_image_of_right(dx, dy):
    observation = drive_beside(put(scene(), dx=dx, dy=dy, yaw=0.3), 0, -12.0, 4.0)
    there, here = decide(observation), decide(mirror(observation))
    assert there[0] == here[0]
    swapped = {STEER_LEFT: STEER_RIGHT, STEER_RIGHT: STEER_LEFT}.get(there[1], there[1])
    assert here[1] == swapped
    assert here[2] == pytest.approx(there[2], abs=1e-4)
    assert here[3] == pytest.approx(8.0 - there[3], abs=1e-4)


def test_every_rule_has_words():
    for rule in (*objects.RULES, *rules.RULES):
        assert rule.name
        assert rule.reason
        rule.condition.format(**vars(LIMITS))
    assert len(set(NAMES)) == len(NAMES)
    assert max(rule.label for rule in rules.RULES) < len(LABELS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"margin_m": 5.0}, "thresholds.margin_m: got 5.0, expected a number from 0.05 to 0.8"),
        ({"margin_m": float("nan")}, "thresholds.margin_m: got nan"),
        ({"margin_m": True}, "thresholds.margin_m: got True"),
        ({"margins_m": 0.3}, "did you mean 'margin_m'?"),
    ],
)
def test_wrong_thresholds_are_one_line(change, message):
    with pytest.raises(UserError) as caught:
        Thresholds.from_mapping({**vars(LIMITS), **change})
    assert message in str(caught.value)


def test_missing_threshold_is_one_line():
    values = {key: value for key, value in vars(LIMITS).items() if key != "memory_s"}
    with pytest.raises(UserError, match=r"thresholds\.memory_s: missing"):
        Thresholds.from_mapping(values)
