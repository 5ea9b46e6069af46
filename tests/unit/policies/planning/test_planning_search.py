"""The search finds what is planted, whatever model rolls the plans."""

import numpy as np
import pytest

from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT
from policies.planning.search import (
    NOT_ROLLED_USD,
    Library,
    Rolled,
    SearchWeights,
    find_originals,
    pick_finalists,
    search,
)


def library_of(labels, num_worlds=1, last=-1):
    """Plan c holds the number c in its actions."""
    count = len(labels)
    actions = np.broadcast_to(np.arange(count)[None, :, None, None], (num_worlds, count, 3, 2))
    return Library(
        actions.astype(np.float64),
        np.tile(np.array(labels), (num_worlds, 1)),
        np.full(num_worlds, 3),
        np.full(num_worlds, last),
    )


class Table:
    """A model that looks costs up: the first column roughly, finally all others (all, if there is one)."""

    def __init__(self, table, surcharge=0.0):
        self.table, self.surcharge = np.asarray(table, dtype=np.float64), surcharge
        self.seen = []

    def __call__(self, roots, library, wanted, *, is_final):
        """Costs of the wanted plans; all others are not a number."""
        self.seen.append((int(wanted.sum()), is_final))
        table = self.table[roots] if self.table.ndim == 3 else self.table[None]
        columns = table[..., 1:] if is_final and table.shape[-1] > 1 else table[..., :1]
        cost = np.broadcast_to(columns, (*wanted.shape, columns.shape[-1])).copy()
        cost[~wanted] = np.nan
        count, num_plans, horizon, _ = library.actions.shape
        weights = np.full((count, cost.shape[2]), 1.0 / cost.shape[2])
        return Rolled(
            cost, weights,
            np.zeros(wanted.shape) + self.surcharge, np.zeros((count, num_plans, 2)),
            np.zeros((count, num_plans, horizon, 2)), np.zeros(wanted.shape), cost.shape[2],
        )  # fmt: skip


def weights_of(finalists, families=3, loyalty=0.0):
    return SearchWeights(finalists, families, loyalty)


def test_second_stage_overrules_the_first():
    # by column 0 plan 2 is the best; columns 1 and 2 show that plan 1 is
    table = [[5, 9, 9], [4, 2, 2], [1, 50, 50], [8, 8, 8]]
    library = library_of([KEEP, STEER_LEFT, STEER_RIGHT, BRAKE])
    choice = search(Table(table), None, library, weights_of(4))
    assert choice.best.tolist() == [1]
    assert choice.plans.mean[0].tolist() == [9.0, 2.0, 50.0, 8.0]
    # three decisions of 0.2 s: four plans once and four twice
    assert choice.imagined_s.tolist() == pytest.approx([0.6 * 12])


def test_only_finalists_are_rolled_again():
    model = Table(np.arange(9.0)[:, None] + np.zeros(3))
    choice = search(model, None, library_of([KEEP] * 9), weights_of(4))
    assert model.seen == [(9, False), (4, True)]
    assert (choice.plans.score[0] > NOT_ROLLED_USD).sum() == 5
    assert np.isnan(choice.plans.outcomes[0]).all(axis=1).sum() == 5


def test_one_stage_rolls_all_finally():
    model = Table([[3], [1], [2]])
    choice = search(model, None, library_of([0, 1, 2]), weights_of(0))
    assert model.seen == [(3, True)]
    assert choice.best.tolist() == [1]
    assert choice.plans.outcomes[0, :, 0].tolist() == [3.0, 1.0, 2.0]


def test_the_mean_decides_and_the_worst_fifth_is_shown():
    # means 10 and 11; worst fifths (0.2 of four equal cases lie within the worst one) 40 and 11
    table = [[0, 0, 0, 0, 40], [0, 11, 11, 11, 11]]
    choice = search(Table(table), None, library_of([0, 1]), weights_of(2))
    assert choice.best.tolist() == [0]
    assert choice.plans.worst[0].tolist() == [40.0, 11.0]


def test_ties_within_rounding_go_to_the_earlier_plan():
    table = [[2.00004], [2.00001], [2.0]]
    choice = search(Table(table), None, library_of([0, 1, 2]), weights_of(3))
    assert choice.best.tolist() == [0]


@pytest.mark.parametrize(("loyalty", "expected"), [(0.0, 0), (4.0, 0), (6.0, 2)])
def test_the_plan_under_way_has_a_credit(loyalty, expected):
    library = library_of([0, 1, 2], last=2)
    for finalists in (0, 2):
        weights = weights_of(finalists, 1, loyalty=loyalty)
        assert search(Table([[1], [9], [6]]), None, library, weights).best.tolist() == [expected]


def test_a_surcharge_decides_and_is_no_cost():
    model = Table([[1.0], [2.0]], surcharge=np.array([[5.0, 0.0]]))
    choice = search(model, None, library_of([0, 1]), weights_of(2))
    assert choice.best.tolist() == [1]
    assert choice.plans.mean[0].tolist() == [1.0, 2.0]
    assert choice.plans.score[0].tolist() == [6.0, 2.0]


def test_families_reach_the_second_stage():
    # the five cheapest are all of family 0
    cost = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 60.0, 70.0, 80.0])
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 2])
    assert pick_finalists(cost, labels, 5, 3).tolist() == [0, 1, 2, 5, 7]
    assert pick_finalists(cost, labels, 5, 1).tolist() == [0, 1, 2, 3, 4]


def test_order_of_plans_does_not_matter():
    rng = np.random.default_rng(4)
    table, labels = rng.uniform(0.0, 100.0, (12, 5)), rng.integers(0, 4, 12)
    order = rng.permutation(12)

    def chosen(rows):
        library = library_of(labels[rows].tolist())
        return rows[search(Table(table[rows]), None, library, weights_of(5)).best[0]]

    assert chosen(np.arange(12)) == chosen(order)


def test_worlds_do_not_depend_on_each_other():
    table = np.random.default_rng(8).uniform(0.0, 10.0, (4, 6, 3))
    library = library_of([0, 0, 1, 1, 2, 3], num_worlds=4)

    def run(rows):
        part = Library(*(values[rows] for values in library))
        return search(Table(table), rows, part, weights_of(4)).best.tolist()

    together = run(np.arange(4))
    assert together == [run(np.array([k]))[0] for k in range(4)]


def test_without_time_the_first_stage_decides():
    table = [[5, 9], [4, 2], [1, 50]]
    model = Table(table)
    choice = search(model, None, library_of([0, 1, 2]), weights_of(3), until_s=0.0)
    assert model.seen == [(3, False)]
    assert choice.best.tolist() == [2]
    assert choice.is_late


def test_doubles_are_those_whose_actions_that_count_are_the_same():
    actions = np.random.default_rng(0).normal(size=(2, 5, 6, 2))
    actions[0, 3] = actions[0, 1]
    actions[0, 4] = actions[0, 1]
    # in the second world plans 0 and 2 differ only after its end
    actions[1, 2, :4] = actions[1, 0, :4]
    found = find_originals(actions, np.array([6, 4]))
    assert found.tolist() == [[0, 1, 2, 1, 1], [0, 1, 0, 3, 4]]
    assert find_originals(actions, np.array([6, 5]))[1].tolist() == [0, 1, 2, 3, 4]


def test_doubles_are_rolled_once():
    library = library_of([0, 1, 2, 3])
    library.actions[0, 3] = library.actions[0, 1]
    model = Table([[5.0], [3.0], [4.0], [-9.0]])
    choice = search(model, None, library, weights_of(0))
    assert model.seen == [(3, True)]
    assert choice.plans.mean[0].tolist() == [5.0, 3.0, 4.0, 3.0]
    assert choice.best.tolist() == [1]


def test_a_model_that_fails_is_noticed():
    library = library_of([0, 1])
    with pytest.raises(ValueError, match="not finite"):
        search(Table([[1.0], [np.nan]]), None, library, weights_of(0))
    with pytest.raises(ValueError, match="shape"):
        search(
            lambda *_, **__: Table([[1.0], [2.0]])(None, library, np.ones((1, 2), bool), is_final=True)
            ._replace(weights=np.ones((1, 5))),
            None, library, weights_of(0),
        )  # fmt: skip
