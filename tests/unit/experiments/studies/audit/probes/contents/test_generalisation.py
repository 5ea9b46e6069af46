"""Cases are sorted by what training has had, and a prediction that copies is seen to copy."""

import math

import numpy as np
import pytest

from envs.debris.catalogue import load, load_catalogue
from experiments.studies.audit.probes.contents.cases import (
    SPEEDS_MPS,
    Cases,
    Training,
    learn,
    nearest,
    push_beyond,
    recombine,
    sample,
)
from experiments.studies.audit.probes.contents.generalisation import (
    CHANCE,
    COPIES,
    EXACT,
    KNOWN,
    Cohort,
    Outcomes,
)
from experiments.studies.audit.probes.contents.placing import mean_look
from experiments.studies.audit.probes.contents.trials import mean_outcome

TRAINING = Training(
    np.array([0.0, 0.0, 10.0]), np.array([2.0, 4.0, 30.0]),
    np.array([[0.5, 1.0, 1.5], [1.0, 2.0, 3.0], [15.0, 20.0, 25.0]]), frozenset({(2, 0, 0), (3, 3, 3)}),
)  # fmt: skip


def cases(*rows):
    """Cubes from (look, ln of the side, ln of the mass, speed)."""
    look, side, mass, speed = (np.array(values, float) for values in zip(*rows, strict=True))
    ones, flags = np.ones(len(rows)), np.zeros(len(rows), bool)
    size = np.exp(side)[:, None] * np.ones(3)
    return Cases(look.astype(int), size, np.exp(mass), *(ones,) * 5, flags, flags, speed)


def test_every_case_is_in_the_split_where_it_belongs():
    found = TRAINING.split(
        cases(
            (2, 0.2, 0.2, 12.0),  # as training
            (2, 0.2, 3.5, 12.0),  # both bins are known, but not together
            (3, 1.8, 3.5, 29.0),  # as training
            (7, 0.2, 0.2, 12.0),  # a look that training has not
            (2, 2.1, 0.2, 31.0),  # larger and faster than anything
            (2, 0.2, 4.1, 12.0),  # heavier than anything
        )
    )
    assert {name: np.flatnonzero(inside).tolist() for name, inside in found.items()} == {
        "in distribution": [0, 2],
        "new combination": [1],
        "beyond in look": [3],
        "beyond in size": [4],
        "beyond in mass": [5],
        "beyond in speed": [4],
    }


def test_ranges_are_those_of_the_catalogue():
    specs = [
        one for one in load_catalogue().values() if one.kind == "body" and one.split == "train"
    ]
    found = learn(specs, np.random.default_rng(0))
    assert found.high[1] == pytest.approx(math.log(max(one.mass_kg.high for one in specs)))
    assert found.low[1] == pytest.approx(math.log(min(one.mass_kg.low for one in specs)))
    assert (found.low[2], found.high[2]) == SPEEDS_MPS == (13.5, 33.0)
    seen = sample(specs, np.random.default_rng(1))
    assert not found.beyond(seen).any()
    box = load("box_heavy")
    alone = learn([box], np.random.default_rng(0))
    # 0.3 x 0.3 x 0.25 m to 0.6 x 0.6 x 0.6 m, 18 to 60 kg
    assert np.exp(alone.low[:2]) == pytest.approx([0.0225 ** (1 / 3), 18.0])
    assert np.exp(alone.high[:2]) == pytest.approx([0.6, 60.0])


def test_what_is_pushed_beyond_is_beyond_in_that_and_nothing_else():
    random = np.random.default_rng(0)
    inside = cases(*[(2, 0.2, 0.2, 12.0)] * 20)
    for k, attribute in enumerate(("look", "size", "mass", "speed")):
        expected = np.zeros((20, 4), bool)
        expected[:, k] = True
        pushed = push_beyond(inside, TRAINING, attribute, random)
        assert (TRAINING.beyond(pushed) == expected).all(), attribute


def test_parts_of_three_objects():
    one, two, three = (cases((k, 0.1 * k, 0.2 * k, 10.0 + k)) for k in (1, 2, 3))
    assert recombine(one, two, three).attributes[0] == pytest.approx([1, 0.2, 0.6, 13.0])


def test_the_nearest_in_one_attribute_alone():
    known = cases((2, 0.0, 3.0, 10.0), (3, 1.0, 2.0, 20.0), (2, 2.0, 1.0, 30.0))
    others = cases((2, 1.9, 2.9, 19.0), (5, 0.1, 0.9, 11.0))
    found = {
        one: nearest(known, others, one, 2).tolist() for one in ("look", "size", "mass", "speed")
    }
    assert found == {
        "look": [[0, 2], [-1, -1]],
        "size": [[2, 1], [0, 1]],
        "mass": [[0, 1], [2, 1]],
        "speed": [[1, 0], [0, 1]],
    }


def test_looks_are_those_of_the_sensor_on_average():
    # at no distance the true look has 41 of 41 + 17
    near = mean_look(np.array([2]), np.array([0.0]))[0]
    assert near.sum() == pytest.approx(1.0)
    assert near[2] == pytest.approx(41.0 / 58.0)
    far = mean_look(np.array([2]), np.array([40.0]))[0]
    assert far[2] == pytest.approx((1.0 + 40.0 / math.e) / (18.0 + 40.0 / math.e))


def outcomes(*delta_v):
    values = np.array(delta_v, float)
    return Outcomes(values, values, np.zeros(len(values)))


def test_means_of_what_is_there():
    found = mean_outcome([outcomes(1.0, np.nan, np.nan), outcomes(2.0, 4.0, np.nan)])
    assert found.delta_v[:2] == pytest.approx([1.5, 4.0])
    assert np.isnan(found.delta_v[2])


def test_errors_by_split_and_the_twin_must_be_exact():
    splits = {"one": np.array([True, True, False]), "other": np.array([False, False, True])}
    true, said = outcomes(1.0, 2.0, 3.0), outcomes(1.5, 2.0, 1.0)
    cohort = Cohort(splits, true, {}, ["a", "b", "c"])
    found = {one.measure: one.value.value for one in cohort.errors("m", said)}
    assert found["one: speed lost, error in m/s"] == pytest.approx(0.25)
    assert found["other: speed lost, error in m/s"] == pytest.approx(2.0)
    assert found["other: contact cost, error of ln (1 + US$)"] == pytest.approx(math.log(2.0))
    assert not any(one.has_failed for one in cohort.errors("twin", true, EXACT))
    assert any(one.has_failed for one in cohort.errors("twin", said, EXACT))


def test_copying_by_look_is_distinguished_from_copying_by_size():
    true = outcomes(0.0, 0.0, 0.0, 0.0)
    like = {
        "look": outcomes(4.0, 4.0, 4.0, 4.0), "size": outcomes(-2.0, -2.0, -2.0, 0.1),
        "mass": outcomes(9.0, 9.0, 9.0, 9.0), "speed": outcomes(-9.0, -9.0, -9.0, np.nan),
        CHANCE: outcomes(8.0, 8.0, 8.0, 8.0),
    }  # fmt: skip
    cohort = Cohort({KNOWN: np.array([False, False, False, True])}, true, like, list("abcd"))
    # right; nearer to those alike in look (and nearest to them); nearest to those alike in size; as in training
    said = outcomes(0.2, 3.0, -2.5, 4.0)
    found = values(cohort.copying("m", said))
    assert found["wrong as training cases alike in look"] == pytest.approx(0.5)
    assert found["wrong as training cases alike in size"] == pytest.approx(0.5)
    assert found["wrong and nearest to those alike in look"] == pytest.approx(0.5)
    assert found["wrong and nearest to those alike in size"] == pytest.approx(0.5)
    assert found["wrong and nearest to those alike in mass"] == 0.0
    assert found["wrong as training cases alike in nothing"] == 0.0
    copier = cohort.copying("broken", like["look"], {"look": COPIES})
    assert values(copier)["wrong and nearest to those alike in look"] == 1.0
    assert [
        one.measure for one in copier if one.has_failed and one.measure.startswith("speed")
    ] == ["speed lost, wrong as training cases alike in look"]


def values(found):
    return {
        one.measure.removeprefix("speed lost, "): one.value.value
        for one in found
        if one.measure.startswith("speed lost")
    }
