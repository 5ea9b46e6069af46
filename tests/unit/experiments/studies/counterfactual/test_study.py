"""Studies: costs follow physics, decisions what was driven, and the original is what it always was."""

import numpy as np
import pytest

from envs.scenario.suite import load_suite
from envs.specification import DECISIONS_PER_EPISODE
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.presentation.figures.style import styled
from experiments.rollout.decision_probe import DecisionProbe
from experiments.rollout.loop import Rollout
from experiments.studies.counterfactual.executions import (
    BRAKE,
    MANOEUVRES,
    RUN_OVER,
    STEER,
    STRADDLE,
    cheapest,
)
from experiments.studies.counterfactual.figure import FULL_IN, NARROW_IN, draw, place_of
from experiments.studies.counterfactual.properties import find_property
from experiments.studies.counterfactual.study import find_flips, study

SUITE = load_suite(locate("suite", "quick"))
BY_SEED = {item.seed: SUITE.instance(item) for item in SUITE.items("validation")}
BOX = BY_SEED[12_000_000]  # a box on a free road
POLICIES = ("keep", "brake", "lane_left", "straddle")


@pytest.fixture(scope="module")
def found():
    mass = find_property(BOX, "object.mass")
    policies = [(name, load_policy(name)) for name in POLICIES]
    return study(BOX, mass, mass.grid(BOX, 9, None, None), policies)


def test_heavier_is_never_cheaper_to_run_over(found):
    over = found.cost_usd[:, RUN_OVER]
    assert (np.diff(over) >= -1e-9).all()
    assert over[-1] > over[0] + 100.0


def test_own_value_costs_what_the_probe_and_the_loop_say(found):
    rolled = DecisionProbe(horizon=DECISIONS_PER_EPISODE).roll(BOX)
    total = {
        c.name: usd + rolled.before_usd
        for c, usd in zip(rolled.found, rolled.cost_usd, strict=True)
    }
    own = found.cost_usd[found.own]
    rolled_open_loop, _ = cheapest(DecisionProbe(horizon=DECISIONS_PER_EPISODE), BOX)
    driven = np.full(4, np.inf)
    for d in found.driven.values():
        m = d.manoeuvre[found.own]
        driven[m] = min(driven[m], d.cost_usd[found.own])
    assert (own == np.minimum(rolled_open_loop, driven)).all()
    # never dearer than any execution of the decision benchmark
    assert own[RUN_OVER] <= total["keep"]
    assert own[STRADDLE] <= total["straddle"]
    assert own[STEER] <= min(v for name, v in total.items() if name.startswith(("left", "right")))
    assert own[BRAKE] <= min(v for name, v in total.items() if name.startswith("brake"))
    for name in POLICIES:
        _, alone = next(Rollout(load_policy(name), [BOX]).episodes())
        assert found.driven[name].cost_usd[found.own] == alone.total_usd.sum()


def test_no_policy_pays_less_than_its_manoeuvre_costs(found):
    for d in found.driven.values():
        assert (d.cost_usd >= found.cost_usd[np.arange(len(found.values)), d.manoeuvre]).all()
    names = {name for row in found.executions for name in row}
    assert any(name.startswith("as ") for name in names)


def test_policies_are_named_by_what_they_drive(found):
    expected = {"keep": RUN_OVER, "brake": BRAKE, "lane_left": STEER}
    for name, manoeuvre in expected.items():
        assert set(found.driven[name].manoeuvre) == {manoeuvre}


def test_right_answer_is_within_a_dollar_of_the_cheapest(found):
    best = found.cost_usd.min(axis=1)
    assert (found.cost_usd[np.arange(9), found.best] <= best + 1.0).all()


def test_truth_flips_where_the_heavier_box_is_worth_avoiding(found):
    assert found.best[0] == RUN_OVER
    assert found.best[-1] != RUN_OVER
    flips = found.flips()
    assert flips[0].before == RUN_OVER
    assert found.flips("keep") == []


def test_flips_of_hand_made_choices():
    flips = find_flips(np.array([1.0, 2.0, 3.0, 5.0, 8.0]), np.array([0, 0, 3, 3, 1]))
    assert [tuple(flip) for flip in flips] == [(2.0, 3.0, 0, 3), (5.0, 8.0, 3, 1)]
    assert find_flips(np.array([1.0, 2.0]), np.array([2, 2])) == []


def test_rows_name_costs_and_decisions(found):
    rows = found.to_rows()
    assert [row["object.mass"] for row in rows] == found.values.tolist()
    assert sum(row["is_original"] for row in rows) == 1
    assert rows[0]["best"] == "run over"
    assert {row["lane_left_manoeuvre"] for row in rows} == {"steer"}


def test_progress_ends_at_one():
    told = []
    mass = find_property(BOX, "object.mass")
    study(
        BOX, mass, mass.grid(BOX, 3, None, None), [("keep", load_policy("keep"))],
        report=lambda share, what: told.append((share, what)),
    )  # fmt: skip
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert {what for _, what in told} == {"true costs", "keep", ""}


@pytest.mark.parametrize("width_in", [FULL_IN, NARROW_IN])
def test_figure_marks_every_flip_and_its_axis_is_where_it_says(found, width_in):
    with styled():
        drawn = draw(found, "a box", width_in)
    upper, lower = drawn.figure.axes
    assert [line.get_label() for line in upper.lines[:4]] == list(MANOEUVRES)
    num_flips = sum(len(found.flips(name)) for name in found.choices)
    thick = [line for line in lower.lines if line.get_linewidth() == 1.6]
    assert len(thick) == num_flips > 0
    box = lower.get_position()
    assert (box.x0, box.x1) == pytest.approx((drawn.left, drawn.right))
    assert 1.0 - box.y0 == pytest.approx(drawn.bottom)
    # a value lies on the axis where place_of says
    value = float(found.values[found.own])
    at = lower.transData.transform((value, 0.0))[0] / drawn.figure.bbox.width
    assert at == pytest.approx(
        drawn.left + place_of(found, value) * (drawn.right - drawn.left), abs=1e-6
    )
