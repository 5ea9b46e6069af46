"""The two-stage search finds what is planted, whatever model imagines the costs."""

import numpy as np
import pytest

from policies.base import BRAKE, KEEP, STEER_LEFT, STEER_RIGHT
from policies.planning.manoeuvres import CandidatePlans
from policies.planning.risk import RiskWeights
from policies.planning.search import Atoms, pick_finalists, search

NEUTRAL = RiskWeights(tail_share=0.0, doubt=0.0)


def library_of(labels, num_worlds=1, feasible=None):
    """Candidate c holds the number c in its actions."""
    count = len(labels)
    actions = np.broadcast_to(np.arange(count)[None, :, None, None], (num_worlds, count, 3, 2))
    return CandidatePlans(
        actions.astype(np.float64),
        np.tile(np.array(labels), (num_worlds, 1)),
        np.ones((num_worlds, count), np.bool_) if feasible is None else feasible,
        tuple(f"plan {c}" for c in range(count)),
    )


def imagine_table(table):
    """A model that looks costs up: ``table (C, A)``."""

    def imagine(_, actions, atoms):
        candidates = actions[:, :, 0, 0].astype(np.int64)
        return np.asarray(table, dtype=np.float64)[candidates][:, :, atoms.content]

    return imagine


def atoms_of(columns, num_worlds=1):
    share = np.full((num_worlds, len(columns)), 1.0 / len(columns))
    return Atoms(share, np.zeros(len(columns), np.int64), np.array(columns))


def test_second_stage_overrules_the_first():
    # by column 0 plan 2 is the best; columns 1 and 2 show that plan 1 is
    table = [[5, 9, 9], [4, 2, 2], [1, 50, 50], [8, 8, 8]]
    library = library_of([KEEP, STEER_LEFT, STEER_RIGHT, BRAKE])
    choice = search(
        imagine_table(table), None, library, atoms_of([0]), atoms_of([1, 2]), risk=NEUTRAL
    )
    assert choice.chosen.tolist() == [1]
    assert choice.finalists[0].tolist() == [1, 3, 0, 2]
    assert choice.mean_usd[0].tolist() == [2.0, 8.0, 9.0, 50.0]


def test_only_finalists_are_imagined_again():
    seen = []

    def imagine(_, actions, atoms):
        seen.append((actions.shape[1], len(atoms.members)))
        return np.repeat(actions[:, :, 0, :1], len(atoms.members), axis=2)

    library = library_of([KEEP] * 9)
    search(imagine, None, library, atoms_of([0]), atoms_of([0, 1, 2]), num_finalists=4)
    assert seen == [(9, 1), (4, 3)]


def test_tail_can_decide():
    # means 10 and 11; worst fifths (0.2 of four equal atoms lie within the worst one) 40 and 11
    table = [[0, 0, 0, 40], [11, 11, 11, 11]]
    atoms = atoms_of([0, 1, 2, 3])
    for share, expected in ((0.0, 0), (0.5, 1)):
        risk = RiskWeights(tail_share=share, doubt=0.0)
        choice = search(imagine_table(table), None, library_of([0, 1]), atoms, atoms, risk=risk)
        assert choice.chosen.tolist() == [expected]


def test_ties_within_rounding_go_to_the_earlier_candidate():
    table = [[2.00004], [2.00001], [2.0]]
    atoms = atoms_of([0])
    choice = search(imagine_table(table), None, library_of([0, 1, 2]), atoms, atoms)
    assert choice.chosen.tolist() == [0]


def test_infeasible_plans_are_never_chosen_in_their_world():
    feasible = np.array([[True, False, True], [True, True, True]])
    library = library_of([0, 1, 2], num_worlds=2, feasible=feasible)
    atoms = atoms_of([0], num_worlds=2)
    choice = search(imagine_table([[5], [1], [3]]), None, library, atoms, atoms)
    assert choice.chosen.tolist() == [2, 1]
    assert np.isinf(choice.score_usd[0, -1])


def test_families_reach_the_second_stage():
    # the five cheapest are all of family 0
    cost = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 60.0, 70.0, 80.0])
    labels = np.array([0, 0, 0, 0, 0, 1, 1, 2])
    assert pick_finalists(cost, labels, 5, 3).tolist() == [0, 1, 2, 5, 7]
    assert pick_finalists(cost, labels, 5, 1).tolist() == [0, 1, 2, 3, 4]
    # a family without a feasible plan has no champion
    cost[7] = np.inf
    assert pick_finalists(cost, labels, 5, 3).tolist() == [0, 1, 2, 3, 5]


def test_order_of_candidates_does_not_matter():
    rng = np.random.default_rng(4)
    table, labels = rng.uniform(0.0, 100.0, (12, 5)), rng.integers(0, 4, 12)
    atoms = atoms_of([0, 1, 2, 3, 4])
    order = rng.permutation(12)

    def chosen(rows):
        library = library_of(labels[rows].tolist())
        model = imagine_table(table[rows])
        first = atoms_of([0])
        return rows[search(model, None, library, first, atoms, num_finalists=5).chosen[0]]

    assert chosen(np.arange(12)) == chosen(order)


def test_worlds_do_not_depend_on_each_other():
    rng = np.random.default_rng(8)
    library = library_of([0, 0, 1, 1, 2, 3], num_worlds=4)
    table = rng.uniform(0.0, 10.0, (4, 6, 3))

    def model(rows):
        return lambda _, actions, atoms: table[rows][
            np.arange(len(rows))[:, None], actions[:, :, 0, 0].astype(int)
        ][:, :, atoms.content]

    def run(rows):
        part = CandidatePlans(*(values[rows] for values in library[:3]), library.names)
        first, second = atoms_of([0], len(rows)), atoms_of([0, 1, 2], len(rows))
        return search(model(rows), None, part, first, second, num_finalists=4).chosen.tolist()

    together = run(np.arange(4))
    assert together == [run(np.array([k]))[0] for k in range(4)]


def test_a_model_that_fails_is_noticed():
    library = library_of([0, 1])
    with pytest.raises(ValueError, match="not finite"):
        search(imagine_table([[1.0], [np.nan]]), None, library, atoms_of([0]), atoms_of([0]))
    nothing = library_of([0, 1], feasible=np.zeros((1, 2), np.bool_))
    with pytest.raises(ValueError, match="no feasible plan"):
        search(imagine_table([[1.0], [2.0]]), None, nothing, atoms_of([0]), atoms_of([0]))
