"""What is hidden on purpose, which trackers remember it, and which policies avoid it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from envs.scenario.suite import load_suite
from envs.specification import DECISION_S, column, debris
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.studies.audit.probes.memory import avoidance, permanence
from experiments.studies.audit.scenes.bodies import object_targets
from experiments.studies.audit.scenes.moments import drive_all
from experiments.studies.audit.scenes.occluder import OCCLUDER_IDENTITY
from experiments.studies.audit.scenes.occlusions import (
    AHEAD_M,
    REMOVED,
    VIEW,
    hide,
    natural,
    take_away,
)
from experiments.studies.audit.subjects.trackers import (
    BrokenTracker,
    IdealTracker,
    LastMeasurement,
    TrueTracks,
    break_trackers,
    forget,
    keep_all,
    stay_sure,
    true_objects,
)

STEPS = 5


def drive(stratum, count):
    suite = load_suite(locate("suite", "v2"))
    items = [one for one in suite.items("train") if one.stratum == stratum][:count]
    instances = [suite.instance(one) for one in items]
    return drive_all(instances, load_policy("keep", ()))


@pytest.fixture(scope="module")
def hidden():
    return drive("hidden", 96)


@pytest.fixture(scope="module")
def phantoms():
    return drive("phantom", 12)


@pytest.fixture(scope="module")
def covered(hidden):
    return hide(hidden, STEPS, np.random.default_rng(0))


def sources(hidden, one):
    """Index of the original episode of every object that is judged."""
    return [hidden.episodes.index(one.driven.episodes[b]) for _, b, _ in one.judged]


def rows_of(one, t):
    return one.driven.observed[t]["debris"]


def test_what_is_hidden_keeps_its_measurement_and_ages(hidden, covered):
    assert len(covered.judged) > 12
    for (t, b, slot), source in zip(covered.judged, sources(hidden, covered), strict=True):
        before = hidden.observed[t - STEPS]["debris"][source, slot]
        assert before[column.D_VISIBLE] == 1.0
        for k in range(STEPS):
            row = rows_of(covered, t - k)[b, slot]
            assert row[column.D_VISIBLE] == 0.0
            assert row[column.D_AGE_SINCE_SEEN] == pytest.approx((STEPS - k) * DECISION_S)
            assert row[column.D_IDENTITY] == before[column.D_IDENTITY]
            # as if it had stood still in the world while the ego drove on
            kept = [column.D_SD_X, column.D_LENGTH, column.D_VX, column.D_LOOK]
            assert row[kept] == pytest.approx(before[kept])
        place, _ = true_objects(covered.driven.worlds[t])
        assert place[b, slot, 0] > covered.driven.worlds[t]["vehicle_f"][b, 0, 0] + AHEAD_M


def test_nothing_else_is_changed_but_for_one_truck(hidden, covered):
    behind = {(t - k, b) for t, b, _ in covered.judged for k in range(STEPS)}
    for t, seen in enumerate(covered.driven.observed):
        original = hidden.observed[t]
        before = original["vehicles"][covered_from(hidden, covered)]
        changed = (seen["vehicles"] != before).any(axis=2)
        trucks = seen["vehicles"][..., column.V_IDENTITY] == OCCLUDER_IDENTITY
        assert (changed == trucks).all()
        for b in range(len(changed)):
            assert changed[b].sum() == ((t, b) in behind) or (t, b) not in behind
            for row in seen["vehicles"][b][trucks[b]]:
                # 5 m ahead of the camera, as fast as the ego, as wide as trucks are
                assert 5.0 < row[column.V_DX] < 8.0
                assert row[column.V_VX] == pytest.approx(seen["ego"][b, column.E_SPEED], abs=0.5)
                assert row[column.V_WIDTH] > 2.0
        assert np.array_equal(seen["ego"], original["ego"][covered_from(hidden, covered)])
    t, b, _ = covered.judged[0]
    source = sources(hidden, covered)[0]
    assert np.array_equal(
        rows_of(covered, t - STEPS)[b], hidden.observed[t - STEPS]["debris"][source]
    )


def covered_from(hidden, covered):
    """Original episodes of all that were chosen, those without a verdict too."""
    first = covered.driven.observed[0]["ego"]
    return [int(np.flatnonzero((hidden.observed[0]["ego"] == one).all(axis=1))[0]) for one in first]


def test_every_object_is_judged_once(hidden):
    alone = natural(hidden, 3)
    others = hide(hidden, 3, np.random.default_rng(0), alone.judged[:, 1])
    asked = [*sources(hidden, alone), *sources(hidden, others)]
    assert len(asked) == len(set(asked))
    for t, b, slot in alone.judged:
        age = rows_of(alone, t)[b, slot, column.D_AGE_SINCE_SEEN]
        assert age == pytest.approx(0.6)


def test_what_is_taken_away_is_not_seen_where_it_would_have_been(hidden):
    removed = take_away(hidden, np.random.default_rng(0))
    assert len(removed.judged) > 5
    for (t, b, slot), source in zip(removed.judged, sources(hidden, removed), strict=True):
        for k in range(VIEW):
            assert hidden.observed[t - k]["debris"][source, slot, column.D_VISIBLE] == 1.0
            assert rows_of(removed, t - k)[b, slot, column.D_VISIBLE] == 0.0
        assert not true_objects(removed.driven.worlds[t])[1][b, slot]
        assert true_objects(removed.driven.worlds[t - REMOVED - VIEW])[1][b, slot]
        worlds = removed.driven.worlds[t]
        target = object_targets(worlds)[b, slot]
        assert worlds["debris_f"][b, debris.X, target] > 5_000.0


def test_the_same_again(hidden, covered):
    again = hide(hidden, STEPS, np.random.default_rng(0))
    assert np.array_equal(again.judged, covered.judged)
    other = hide(hidden, STEPS, np.random.default_rng(1))
    assert not np.array_equal(other.judged, covered.judged)


def test_the_best_by_measuring_is_the_truth_plus_least_squares():
    # two looks at what lies at 50 m, with errors of 2 m and 1 m, both of which an error of one deviation explains
    rows = np.zeros((2, 1, 4, column.NUM_DEBRIS), np.float32)
    rows[:, 0, 0, [column.D_TRACKED, column.D_VISIBLE]] = 1.0
    rows[:, 0, 0, column.D_DX] = [52.0, 51.0]
    rows[:, 0, 0, column.D_SD_X], rows[:, 0, 0, column.D_SD_Y] = [2.0, 1.0], 0.1
    worlds = np.zeros(1, [("vehicle_f", "f8", (2, 1)), ("debris_f", "f8", (2, 1)), ("debris_i", "i8", (1, 1)),
                          ("track_i", "i8", (1, 12))])  # fmt: skip
    worlds["track_i"] = -1
    object_targets(worlds)[0, 0] = 0
    worlds["debris_f"][0, 0, 0], worlds["debris_i"] = 50.0, 1
    driven = SimpleNamespace(observed=[{"debris": one} for one in rows], worlds=[worlds] * 2)
    found = IdealTracker().follow(driven).place[:, 0, 0]
    # normal equations with weights 1/(0.6 sd)^2 and a lasting error of 0.8 sd times a standard normal number
    w, a = 1.0 / (0.6 * np.array([2.0, 1.0])) ** 2, 0.8 * np.array([2.0, 1.0])
    matrix = np.array([[w.sum(), (w * a).sum()], [(w * a).sum(), 1.0 + (w * a * a).sum()]])
    right = np.array([(w * [2.0, 1.0]).sum(), (w * a * [2.0, 1.0]).sum()])
    assert found[1, 0] == pytest.approx(50.0 + np.linalg.solve(matrix, right)[0], abs=1e-5)
    assert found[0, 0] == pytest.approx(52.0, abs=1e-5)
    assert found[1, 1] == pytest.approx(0.0, abs=1e-6)


def test_the_twin_passes_and_every_broken_tracker_fails_its_own_measure(hidden, phantoms):
    sure = BrokenTracker(LastMeasurement(), "grows", grow)
    trackers = [TrueTracks(), IdealTracker(), sure, *break_trackers(sure)]
    found = permanence.measure_permanence(hidden, phantoms, trackers, 0)
    assert [one.measure for one in found if one.subject == "twin" and one.has_failed] == []
    red = {
        (one.subject.removeprefix("broken: "), one.measure.split(", ")[-1])
        for one in found
        if one.has_failed
    }
    assert ("forgets what is hidden", "believed to be there") in red
    assert ("never lets go", "1 s in plain view: let go") in red
    assert ("never lets go", "hidden for 2 s: not believed in") in red
    grows = "deviation of the place grows all the time"
    assert ("stays sure of what is hidden", grows) in red
    assert ("grows", grows) not in red
    assert ("grows", "believed to be there") not in red


def grow(driven, known):
    """A deviation that grows with the time out of sight."""
    unseen = np.array([seen["debris"][..., column.D_AGE_SINCE_SEEN] for seen in driven.observed])
    return known._replace(sd=known.sd + unseen)


def test_defects_do_what_they_say(covered):
    known = BrokenTracker(LastMeasurement(), "grows", grow).follow(covered.driven)
    t, b, slot = covered.judged[0]
    assert known.exists[t, b, slot] == 1.0
    assert forget(covered.driven, known).exists[t, b, slot] == 0.0
    assert forget(covered.driven, known).exists[t - STEPS, b, slot] == 1.0
    assert (
        keep_all(covered.driven, known._replace(exists=0.0 * known.exists)).exists[t, b, slot]
        == 1.0
    )
    sd = stay_sure(covered.driven, known).sd[:, b, slot]
    assert sd[t] == sd[t - STEPS] == known.sd[t - STEPS, b, slot]


def test_costly_contacts_with_hidden_objects_are_counted(hidden):
    costly = avoidance.costly_contacts(hidden)
    assert costly
    chosen = avoidance.find_costly(hidden, 100)
    assert set(chosen.tolist()) <= {b for b, _ in costly}
    assert len(chosen) > 0
    few = hidden.take(chosen)
    hits = avoidance.measure_avoidance(few, few, "keep", judged=True)[0]
    assert hits.value.value == 0.0
    assert hits.has_failed
    avoids = avoidance.measure_avoidance(few, with_contacts(few, ()), "avoids", judged=True)[0]
    assert avoids.value.value == 1.0
    cheap = with_contacts(few, [{"cost_usd": 1_000.0}])
    assert avoidance.costly_contacts(cheap) == set()


def with_contacts(driven, changes):
    """The same episodes; their contacts are changed, or none if there is no change."""
    episodes = [
        replace(one, contacts=tuple(row | change for row in one.contacts for change in changes))
        for one in driven.episodes
    ]
    return driven._replace(episodes=tuple(episodes))
