"""Which instances and which moments are shown."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.errors import UserError
from envs.specification import column
from experiments.cli.configuration import validate
from experiments.video.choice import choose_videos
from experiments.video.configuration import RecordConfiguration
from experiments.video.course.moments import CLOSEST, key_moments
from experiments.video.plan import prepare
from policies.base import BRAKE, KEEP

VALUES = {
    "policies": ["keep", "brake"],
    "policy_seed": 0,
    "suite": "quick",
    "split": "test",
    "stratum": None,
    "family": None,
    "seed": None,
    "cost": "loc_8",
    "select": None,
    "records": None,
    "num_videos": None,
    "max_seconds": None,
    "fps": 15,
    "width": 1280,
    "layout": "panels",
    "view": "both",
    "slow_motion": 4,
    "format": "mp4",
    "source": "twin",
    "start_s": None,
    "dream_seed": 0,
    "temperature": 0.0,
    "output": "outputs",
    "allow": [],
}


def configure(**changes):
    return validate(RecordConfiguration, {**VALUES, **changes})


def choose(suite, names=("keep", "brake"), **changes):
    return [item.seed for item in choose_videos(suite, configure(**changes), names)]


@pytest.fixture
def compared(suite, tmp_path):
    """Records of the first four instances; costs in US$ by hand."""
    items = suite.items("test")[:4]
    costs = {"keep": (10.0, 500.0, 3.0, 70.0), "brake": (20.0, 100.0, 900.0, 70.0)}
    rows = [
        {
            **item._asdict(),
            "suite": suite.version,
            "split": "test",
            "policy": policy,
            "policy_seed": 0,
            "cost_setting": "loc_8",
            "instance_hash": suite.instance(item).hash,
            "cost_usd": usd,
        }
        for policy, values in costs.items()
        for item, usd in zip(items, values, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "records.parquet")
    return tmp_path


def test_without_wishes_the_first_is_shown(suite):
    first = suite.items("test")[0].seed
    assert choose(suite) == [first]
    assert choose(suite, num_videos=3) == [first, first + 1, first + 2]


def test_seeds_are_shown_in_the_order_asked_for(suite):
    first = suite.items("test")[0].seed
    assert choose(suite, seed=first + 5) == [first + 5]
    assert choose(suite, seed=[first + 5, first + 2]) == [first + 5, first + 2]
    assert choose(suite, seed=[first + 5, first + 2], num_videos=1) == [first + 5]


def test_stratum_and_family_narrow_the_choice(suite):
    chosen = choose_videos(
        suite, configure(stratum="look_alike", family="boxed_in", num_videos=2), ("a",)
    )
    assert {(item.stratum, item.family) for item in chosen} == {("look_alike", "boxed_in")}


def test_records_rank_by_difference_or_cost(suite, compared):
    first = suite.items("test")[0].seed
    # |differences|: 10, 400, 897, 0
    assert choose(suite, records=str(compared), num_videos=3) == [first + 2, first + 1, first]
    # keep's costs: 10, 500, 3, 70
    worst = choose(suite, records=str(compared), select="worst", num_videos=2)
    assert worst == [first + 1, first + 3]
    only = choose(suite, records=str(compared), seed=[first, first + 3], num_videos=1)
    assert only == [first]
    assert choose(suite, records=str(compared), select="first") == [first]


@pytest.mark.parametrize(
    ("changes", "names", "message"),
    [
        ({"seed": 7}, ("keep", "brake"), r"^seed: got 7, no instance of quick/test has it; its seeds are 13000000"),
        ({"seed": []}, ("keep", "brake"), "^seed: got an empty list"),
        ({"stratum": "x"}, ("keep", "brake"), "^stratum: got 'x'"),
        ({"family": "x"}, ("keep", "brake"), "^family: got 'x'"),
        ({"select": "worst"}, ("keep", "brake"), "^select: got 'worst', which needs records="),
        ({"records": "/nowhere"}, ("keep", "brake"), "^/nowhere: contains no records"),
    ],
)  # fmt: skip
def test_impossible_wishes_are_one_line(suite, changes, names, message):
    with pytest.raises(UserError, match=message):
        choose(suite, names, **changes)


def test_records_without_these_policies_are_refused(suite, compared):
    with pytest.raises(UserError, match="contains no policy 'rule'; available are brake, keep"):
        choose(suite, ("keep", "rule"), records=str(compared))
    with pytest.raises(UserError, match="expected two policies for a difference"):
        choose(suite, ("keep",), records=str(compared))
    with pytest.raises(UserError, match="contains none of the chosen instances"):
        choose(suite, records=str(compared), cost="loc_5")


def test_records_of_other_instances_are_refused(suite, compared):
    table = pq.read_table(compared / "records.parquet")
    wrong = pa.array(["0" * 64] * len(table))
    table = table.set_column(table.schema.get_field_index("instance_hash"), "instance_hash", wrong)
    pq.write_table(table, compared / "records.parquet")
    with pytest.raises(UserError, match="is another instance in this suite"):
        choose(suite, records=str(compared))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fps": 31}, "^fps: got 31"),
        ({"fps": 4}, "^fps: got 4"),
        ({"view": "below"}, "^view: got 'below', .*'both', 'camera', 'chase' or 'above'"),
        ({"format": "avi"}, "^format: got 'avi', .*'mp4', 'gif', 'webp' or 'png'"),
        ({"layout": "stacked"}, "^layout: got 'stacked', .*'panels' or 'four_panel'"),
        ({"slow_motion": 9}, "^slow_motion: got 9"),
        ({"width": 1281}, "^width: got 1281, .*even"),
        ({"width": 100}, "^width: got 100"),
        ({"max_seconds": 0.0}, "^max_seconds: got 0.0"),
        ({"select": "best"}, "^select: got 'best'"),
        ({"policies": ["keep", "nobody"]}, "nobody"),
        ({"policies": ["keep"] * 2}, "^policy: got 'keep' twice"),
        ({"suite": "v9"}, "v9"),
        (
            {"policies": ["keep", "brake", "random", "straddle", "edge_out", "lane_left", "rule"]},
            "^policy: got 7 names, a video shows at most 6",
        ),
    ],
)
def test_mistakes_are_found_before_anything_starts(changes, message):
    with pytest.raises(UserError, match=message):
        prepare(configure(**changes))


def script(length, *, contacts=(), answers=(), collides=False, hardest=None):
    ego = np.zeros((length + 1, column.NUM_EGO), np.float32)
    if hardest is not None:
        ego[hardest, column.E_ACCELERATION] = -8.0
    labels = np.full(length, KEEP)
    labels[list(answers)] = BRAKE
    episode = SimpleNamespace(
        ego=ego,
        labels=labels,
        contacts=tuple({"decision": k, "vehicle": 0} for k in contacts),
        events={"collision": collides},
    )
    return SimpleNamespace(episode=episode, num_decisions=length)


def test_moments_hold_end_contact_answer_and_start():
    scripts = [script(100, contacts=[40]), script(60, answers=[20], collides=True, hardest=50)]
    moments = key_moments(scripts, 100)
    assert len(moments) == 8
    # the collision, one decision after contact and answer began, the hardest braking, the start
    assert {60, 41, 21, 50, 0} <= set(moments)
    # two seconds after the last event it is over
    assert moments[-1] == 70


def test_moments_of_other_vehicles_contacts_do_not_count():
    quiet = script(100)
    quiet.episode.contacts = ({"decision": 40, "vehicle": 3},)
    assert 41 not in key_moments([quiet], 100, num_moments=3)


@given(
    length=st.integers(1, 100),
    cut=st.integers(1, 100),
    wanted=st.integers(2, 12),
    data=st.data(),
)
def test_moments_rise_are_apart_and_within_the_film(length, cut, wanted, data):
    some = st.lists(st.integers(0, length - 1), max_size=4)
    scripts = [
        script(length, contacts=data.draw(some), answers=data.draw(some), collides=length < 100)
    ]
    moments = key_moments(scripts, cut, num_moments=wanted)
    assert 1 <= len(moments) <= wanted
    assert min(np.diff(moments), default=CLOSEST) >= CLOSEST
    assert moments[0] >= 0
    assert moments[-1] <= min(length, cut)
