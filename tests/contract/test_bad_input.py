"""Whatever a person can get wrong gives one line that names key, value and what is allowed, and changes nothing."""

import re

import gymnasium as gym
import numpy as np
import pytest
from highway_env.envs.common.abstract import AbstractEnv

from envs.errors import UserError
from envs.highway.picture_settings import RULES

ID = "envs:roadworld/Debris-v1"


def make_reference(**settings):
    return gym.make(ID, **settings).unwrapped


def make_twin(num_envs=2, **settings):
    return gym.make_vec(ID, num_envs=num_envs, vectorization_mode="vector_entry_point", **settings)


ENGINES = {"reference": make_reference, "twin": make_twin}
both_engines = pytest.mark.parametrize("make", ENGINES.values(), ids=ENGINES.keys())


def refusal(call):
    """The message with which a call is refused: one line, an error meant for users."""
    with pytest.raises(UserError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) > 10
    return message


SETTINGS = [
    ({"scenario": "lone_objekt"}, "scenario: got 'lone_objekt', allowed are .*'lone_object'"),
    ({"scenario": []}, "scenario: got an empty list, allowed are lone_object"),
    ({"scenario": 3}, "scenario: got 3, expected a family"),
    ({"scenario": None}, "scenario: got None, expected a family"),
    ({"scenario": ["spill", "wak"]}, "scenario: got 'wak', allowed are .*'wake'"),
    (
        {"split": "trian"},
        "split: got 'trian', allowed are train, held_out, all; did you mean 'train'",
    ),
    ({"split": 3}, "split: got 3, allowed are"),
    ({"variant": "day-rian"}, "variant: got 'day-rian', allowed are day-clear.*'day-rain'"),
    ({"variant": ["day-rain"]}, r"variant: got \['day-rain'\], expected a name"),
    ({"groups": ["P99"]}, "groups: got 'P99', allowed are P1"),
    ({"groups": "P1"}, "groups: got 'P1', expected a list"),
    ({"groups": 3}, "groups: got 3, expected a list"),
    ({"groups": ["P1"], "scenario": "spill"}, r"groups: got \['P1'\], but spill draws from no"),
    ({"groups": ["P1"], "scenario": ["spill", "phantom"]}, "groups: .*, but spill and phantom"),
    ({"scenari": "spill"}, "argument: got 'scenari', allowed are scenario.*'scenario'"),
    ({"catalogue_dirs": ["/no/such"]}, "catalogue_dirs: got '/no/such', expected a directory"),
    ({"catalogue_dirs": "/no/such"}, "catalogue_dirs: got '/no/such', expected a list"),
    ({"catalogue_dirs": 3}, "catalogue_dirs: got 3, expected a list"),
    ({"cost": {"misspelt": 1}}, "cost: unknown key 'misspelt'.* Allowed: loss_of_control"),
    ({"cost": {"occupant": 1}}, "cost: unknown key 'occupant': did you mean 'occupants'"),
    ({"cost": {"occupants": float("nan")}}, "cost: occupants: got nan, expected a number > 0"),
    ({"cost": {"shift_usd": -1}}, "cost: shift_usd: got -1, expected a number >= 0"),
    ({"cost": {"crash_speed_share": 2}}, "cost: crash_speed_share: got 2, expected .* 0 to 1"),
    ({"cost": {"loss_of_control": "9"}}, "cost: loss_of_control: got '9', expected one of \"off\""),
    ({"cost": 3}, "cost: got 3, expected a mapping"),
    ({"action": "contnuous"}, "action: got 'contnuous', allowed are continuous, discrete"),
    ({"reward_scale_usd": 0}, "reward_scale_usd: got 0, expected a number > 0"),
    ({"reward_scale_usd": "a"}, "reward_scale_usd: got 'a', expected a number > 0"),
    ({"reward_scale_usd": float("nan")}, "reward_scale_usd: got nan, expected a number > 0"),
    ({"reward_scale_usd": True}, "reward_scale_usd: got True, expected a number > 0"),
    ({"render_mode": "gif"}, "render_mode: got 'gif'"),
    ({"camera": "64x97"}, "camera: .*'64x97'.* 64x96"),
    ({"camera": 3}, "camera: got 3"),
    ({"camera": {"preset": "tel"}}, "camera: got 'tel', allowed are .*'tele'"),
    ({"camera": {"heigth": 64}}, "camera: .*'heigth'.* height"),
    ({"camera": {"height": 0}}, "camera: height: got 0"),
    ({"camera": {"height": "tall"}}, "camera: height: got 'tall'"),
    ({"camera": {"noise": -1.0}}, "camera: noise: got -1"),
    ({"camera": {"dropped": 1.5}}, "camera: dropped: got 1.5"),
    ({"camera": {"exposure": float("nan")}}, "camera: exposure: got nan"),
    ({"camera": {"supersample": 3}}, "camera: supersample: got 3"),
    ({"camera": {"masks": "yes"}}, "camera: masks: got 'yes'"),
    ({"camra": "64x96"}, "argument: got 'camra', allowed are .*'camera'"),
]


@both_engines
@pytest.mark.parametrize(("settings", "pattern"), SETTINGS, ids=[str(s) for s, _ in SETTINGS])
def test_settings(make, settings, pattern, recwarn):
    assert re.search(pattern, refusal(lambda: make(**settings)))
    # Gymnasium may say beforehand that it does not know this render mode
    recwarn.clear()


@both_engines
def test_groups_without_a_member_that_the_family_can_use(make):
    # P10 is made of spills; a lone object is a body
    def begin():
        make(scenario="lone_object", groups=["P10"]).reset()

    assert re.search(
        "scenario lone_object: split: got 'train', no object type of it .*P10", refusal(begin)
    )


def test_settings_of_the_picture():
    message = refusal(lambda: make_reference(config={"scalin": 1.0}))
    assert re.search("config: got 'scalin', allowed are .*did you mean 'scaling'", message)
    assert "config: got 3, expected a mapping" in refusal(lambda: make_reference(config=3))


@pytest.mark.parametrize("key", sorted(set(AbstractEnv.default_config()) - set(RULES)))
def test_settings_of_highway_env_without_effect(key):
    value = AbstractEnv.default_config()[key]
    message = refusal(lambda: make_reference(config={key: value}, render_mode="rgb_array"))
    assert message.startswith(f"config: got '{key}', allowed are screen_width, ")


PICTURE = [
    ("screen_width", 641, "an even whole number of pixels >= 64"),
    ("screen_height", "tall", "an even whole number"),
    ("scaling", 0, "pixels per metre > 0"),
    ("scaling", float("nan"), "pixels per metre > 0"),
    ("scaling", True, "pixels per metre > 0"),
    ("centering_position", [0.3], "two shares of the picture from 0 to 1"),
    ("centering_position", [0.3, 1.5], "two shares"),
    ("centering_position", 0.3, "two shares"),
    ("offscreen_rendering", "yes", "true, false or null"),
    ("real_time_rendering", 1, "true or false"),
]


@pytest.mark.parametrize(("key", "value", "expected"), PICTURE)
@pytest.mark.parametrize("name", [ID, "envs:roadworld/Inject-v1"])
def test_value_of_the_picture_is_checked_when_the_environment_is_made(name, key, value, expected):
    message = refusal(lambda: gym.make(name, config={key: value}, render_mode="rgb_array"))
    assert message.startswith(f"config: {key}: got {value!r}, expected {expected}")


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        ({"config": {"scaling": 4.0}}, "config: scaling: nothing is drawn without a render_mode"),
        (
            {"config": {"offscreen_rendering": True}, "render_mode": "human"},
            "config: offscreen_rendering: got True with render_mode 'human'",
        ),
        (
            {"config": {"real_time_rendering": True}, "render_mode": "rgb_array"},
            "config: real_time_rendering: got True, but only a window",
        ),
    ],
)
@pytest.mark.parametrize("name", [ID, "envs:roadworld/Inject-v1"])
def test_settings_of_a_picture_that_is_not_drawn(name, settings, pattern):
    assert re.search(pattern, refusal(lambda: gym.make(name, **settings)))


@pytest.mark.parametrize("num_envs", [0, -1, True, 2.5, "3", None])
def test_number_of_worlds(num_envs):
    message = refusal(lambda: make_twin(num_envs))
    assert message == f"num_envs: got {num_envs!r}, expected an integer >= 1"


@both_engines
@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("kind: body\nlook: box\n", "missing|expected"),
        ("{", "my_thing.yaml"),
        ("[1, 2]", "my_thing.yaml"),
        ("kind: ghost\n", "kind"),
        ("!!python/object/apply:os.system ['true']\n", "my_thing.yaml"),
    ],
)
def test_malformed_object_file(make, tmp_path, text, pattern):
    (tmp_path / "my_thing.yaml").write_text(text, encoding="utf-8")
    message = refusal(lambda: make(catalogue_dirs=[tmp_path]))
    assert "my_thing.yaml" in message
    assert re.search(pattern, message)


# --- reset ------------------------------------------------------------------------------------------


@both_engines
@pytest.mark.parametrize("seed", [-1, 2.5, "a", True])
def test_seed(make, seed):
    env = make()
    env.reset(seed=3)
    message = refusal(lambda: env.reset(seed=seed))
    assert message == f"seed: got {seed!r}, expected an integer >= 0 or None"


@pytest.mark.parametrize(
    ("seed", "pattern"),
    [
        ([1], "seed: got 1 seeds, expected 2"),
        ([1, -1], "seed: got -1, expected"),
        ([1, 2.5], r"seed: got 2\.5"),
    ],
)
def test_seeds_of_the_twin_change_nothing_when_one_is_wrong(seed, pattern):
    env = make_twin()
    env.reset(seed=3)
    before = fingerprint(env)
    assert re.search(pattern, refusal(lambda: env.reset(seed=seed)))
    assert fingerprint(env) == before


@both_engines
@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        (
            {"instances": 1},
            "options: got 'instances', allowed are instance.*did you mean 'instance'",
        ),
        ({"instance": 3}, "instance: got int, expected"),
        ({"instance": [3, 4]}, "instance: got list, expected"),
        (3, "options: got 3, expected a mapping"),
    ],
)
def test_options(make, options, pattern):
    env = make()
    env.reset(seed=1)
    before = fingerprint(env)
    assert re.search(pattern, refusal(lambda: env.reset(options=options)))
    assert fingerprint(env) == before


@pytest.mark.parametrize("mask", [[True], [1, 0], [False, False], "ab", np.ones((2, 2), bool)])
def test_reset_mask(mask):
    env = make_twin()
    env.reset(seed=1)
    before = fingerprint(env)
    message = refusal(lambda: env.reset(options={"reset_mask": mask}))
    assert "reset_mask: got" in message
    assert "expected 2 booleans, at least one true" in message
    assert fingerprint(env) == before


def test_first_reset_is_of_all_worlds():
    env = make_twin()
    message = refusal(lambda: env.reset(options={"reset_mask": np.array([True, False])}))
    assert message == "reset_mask: got [True, False], the first reset is of all worlds"


# --- step -------------------------------------------------------------------------------------------


def fingerprint(env):
    """Everything a refusal must leave alone."""
    if hasattr(env, "batch"):
        state = env.state_dict()
        return state["worlds"].tobytes(), str(state["generators"]), tuple(map(id, env.instances))
    world = env.world
    arrays = (world.vehicle_f, world.debris_f, world.episode_f, world.episode_i, world.track_f)
    return tuple(a.tobytes() for a in arrays), env.steps, str(env.np_random.bit_generator.state)


WRONG = {
    "NaN": ([0.0, np.nan], r"action: got nan, every component must lie in \[-1, 1\]"),
    "infinite": ([np.inf, 0.0], r"action: got inf, every component must lie in \[-1, 1\]"),
    "beyond": ([0.0, 1.0 + 1e-9], r"action: got 1\.0+1, every component must lie in \[-1, 1\]"),
    "three numbers": ([0.0, 0.0, 0.0], r"action: got shape \((3,|2, 3)\), expected \(2(,|, 2)\)"),
    "text": (["a", "b"], "action: got .*'a'.*, expected real numbers"),
    "complex": ([1j, 0.0], "action: got .*, expected real numbers"),
    "nothing": ([None, None], "action: got .*None.*, expected real numbers"),
}


@both_engines
@pytest.mark.parametrize(("action", "pattern"), WRONG.values(), ids=WRONG.keys())
def test_action_is_refused_before_anything_moves(make, action, pattern):
    env = make(scenario="boxed_in")
    env.reset(seed=4)
    good = [0.0, 0.0] if make is make_reference else [[0.0, 0.0]] * 2
    env.step(np.array(good))
    before = fingerprint(env)
    # in the twin only the second world's action is wrong: the first must not move either
    both = [[0.0] * len(action), action]
    assert re.search(pattern, refusal(lambda: env.step(action if make is make_reference else both)))
    if make is make_twin:
        assert re.search(pattern, refusal(lambda: env.step(np.array(both))))
    assert fingerprint(env) == before


def eight_decisions(with_mistakes):
    """State hashes of a run, with or without refused calls in between."""
    env = make_twin(3, scenario="boxed_in")
    env.reset(seed=4)
    hashes = []
    for decision in range(8):
        actions = np.full((3, 2), 0.1 * decision - 0.4)
        if with_mistakes:
            for mistake in (actions + 5.0, [[1, 2], [3]], None):
                with pytest.raises(UserError):
                    env.step(mistake)
            with pytest.raises(UserError):
                env.reset(seed=-1)
        hashes.append(env.step(actions)[4]["state_hash"].tolist())
    return hashes


def test_refused_calls_do_not_change_what_comes_next():
    assert eight_decisions(with_mistakes=True) == eight_decisions(with_mistakes=False)


@pytest.mark.parametrize("index", [25, -1, 0.5, float("nan"), "a"])
@both_engines
def test_discrete_action(make, index):
    env = make(action="discrete")
    env.reset(seed=0)
    message = refusal(lambda: env.step(index if make is make_reference else [0, index]))
    assert re.search("action: got .*(an integer from 0 to 24|expected real numbers)", message)


def test_step_before_reset():
    env = make_twin()
    message = "no episode has begun, call reset first"
    assert refusal(lambda: env.step(np.zeros((2, 2)))) == message
    assert refusal(env.state_dict) == message
    assert refusal(lambda: env.branch(np.zeros((2, 1, 1, 2)))) == message


# --- saved states and futures -----------------------------------------------------------------------


def test_load_state_dict():
    env, other = make_twin(2), make_twin(3)
    env.reset(seed=0)
    other.reset(seed=1)
    state, before = env.state_dict(), fingerprint(env)
    without = {key: value for key, value in state.items() if key != "worlds"}
    for wrong, message in (
        (3, "state: got int, expected what state_dict returns"),
        ({}, "state: schema: got None, expected 2"),
        ({**state, "schema": 99}, "state: schema: got 99, expected 2"),
        (without, "state: worlds: missing"),
        ({**state, "generators": []}, "state: generators: got 0, expected 2"),
        (other.state_dict(), "state: worlds: got 3, expected 2"),
    ):
        assert refusal(lambda wrong=wrong: env.load_state_dict(wrong)) == message
        assert fingerprint(env) == before


@pytest.mark.parametrize(
    ("shape", "worlds", "pattern"),
    [
        ((2, 1, 3, 2), [5, 0], r"worlds: got \[5, 0\], expected indices from 0 to 1"),
        ((1, 1, 3, 2), [-1], r"worlds: got \[-1\]"),
        ((1, 1, 3, 2), [0.5], r"worlds: got \[0\.5\]"),
        ((1, 1, 3, 2), [True], r"worlds: got \[True\]"),
        ((0, 1, 3, 2), [], r"worlds: got \[\]"),
        ((2, 1, 3, 2), [0], r"actions: got shape \(2, 1, 3, 2\), expected \(1, C, H, 2\)"),
        ((2, 1, 3), None, r"actions: got shape \(2, 1, 3\), expected \(2, C, H, 2\)"),
    ],
)
def test_branch(shape, worlds, pattern):
    env = make_twin()
    env.reset(seed=0)
    assert re.search(pattern, refusal(lambda: env.branch(np.zeros(shape), worlds=worlds)))


def test_values_given_to_branch():
    env = make_twin()
    env.reset(seed=0)
    plan = np.zeros((2, 1, 3, 2))
    assert "every component must lie" in refusal(lambda: env.branch(plan + 2.0))
    for wrong in ("a", 1.5, -1, 2**70):
        message = refusal(lambda wrong=wrong: env.branch(plan, noise_seed=wrong))
        assert message.startswith(f"noise_seed: got {wrong!r}, expected an integer from 0")
