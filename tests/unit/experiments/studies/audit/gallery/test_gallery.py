"""The worst failures: which they are, and that a film shows the very dream in which they were found."""

from functools import cache

import numpy as np
import pytest
from omegaconf import OmegaConf

from envs.specification import debris
from experiments.cli.loading import load_policy
from experiments.cli.locations import locate
from experiments.rollout.listener import UNSAID
from experiments.studies.audit.configuration import AuditConfiguration
from experiments.studies.audit.gallery import gallery, worst, worst_objects
from experiments.studies.audit.groups import Scene
from experiments.studies.audit.probes.contents import contents
from experiments.studies.audit.probes.decisions import interaction
from experiments.studies.audit.scenes import bodies as c
from experiments.studies.audit.subjects.rollout import empty_futures, roll_fixed
from experiments.studies.audit.subjects.twin import Twin
from experiments.video.course.script import drive
from experiments.video.films.beside import Handover, Plan

STEPS = 10


@pytest.fixture(scope="module")
def scene():
    values = OmegaConf.to_container(OmegaConf.load(locate("suite", "v2").parents[1] / "audit.yaml"))
    small = {
        "checkpoints": ["shipped"],
        "per_stratum": 4,
        "hidden": 20,
        "suite": "v2",
        "decisions": STEPS,
        "draws": 2,
    }
    kept = {key: values[key] for key in AuditConfiguration.model_fields if key in values}
    return Scene(AuditConfiguration(**(kept | small)))


@pytest.fixture(scope="module")
def rolled(scene):
    return tuple(roll_fixed(one, scene.moments) for one in (Twin(), scene.judged.dreams()))


def test_a_plan_overrules_a_policy_for_as_long_as_it_lasts(scene):
    policy, instance = load_policy("keep", ()), scene.moments.instances[0]
    alone = drive("keep", policy, instance).episode
    plan = Plan(3, np.array([[-0.5, 0.0], [0.5, 0.1]]), "left, edge")
    script = drive("keep", Handover(load_policy("keep", ()), plan), instance)
    actions = script.episode.actions
    np.testing.assert_array_equal(actions[3:5], plan.actions)
    np.testing.assert_array_equal(actions[:3], alone.actions[:3])
    assert (actions[5] != plan.actions[-1]).any()
    caption = script.caption(3)
    assert (caption.label, caption.reason) == (UNSAID, "left, edge")


def test_the_most_wrong_cost(scene, rolled):
    true, dreamt = rolled
    case = worst.find_wrong_cost(scene.moments, scene.judged)
    off = np.abs(true.total_usd - dreamt.total_usd)
    assert case.moment == off.argmax()
    k = case.moment
    assert case.step == np.abs(true.usd[k] - dreamt.usd[k]).argmax() + 1


def test_the_film_shows_the_dream_and_the_truth_of_the_audit(scene, rolled):
    true, dreamt = rolled
    case = worst.find_wrong_cost(scene.moments, scene.judged)
    found = gallery.live_again(scene, case)
    k, steps = case.moment, true.usd.shape[1]
    paid = np.cumsum(dreamt.usd[k, : len(found.costs_usd) - 1])
    np.testing.assert_array_equal(found.costs_usd[1:], paid)
    real = found.script.episode.total_usd[found.start : found.start + steps]
    np.testing.assert_array_equal(real, true.usd[k, : len(real)])
    # both sides are as long as the plan, whoever ends first
    assert found.shown == steps
    assert (found.ending is None) == (dreamt.length[k] == steps)


def test_the_most_regretted_choice(scene):
    moments, model = scene.moments, scene.judged
    case = worst.find_wrong_choice(moments, model, scene.config.draws, STEPS)
    actions = interaction.lay_out(moments, STEPS)
    true = interaction.roll_costs(Twin(), moments, actions)
    draws = range(scene.config.draws)
    said = np.mean(
        [interaction.roll_costs(model.dreams(k), moments, actions) for k in draws], axis=0
    )
    regret = true[np.arange(len(true)), said.argmin(axis=1)] - true.min(axis=1)
    assert case.moment == regret.argmax()
    assert interaction.CHOSEN.index(case.manoeuvre) == said[case.moment].argmin()


def test_an_object_of_other_contents_from_the_start_is_hit_as_hard(scene):
    case = worst_objects.find_wrong_impact(
        scene.moments, scene.judged, load_policy("rule_tuned", ()), STEPS
    )
    chosen, slots = contents.choose(scene.moments)
    few = scene.moments.take(chosen)
    instance = worst_objects.swap(few, slots, scene.judged.book, case.moment, case.body)
    before = few.instances[case.moment]
    differs = (instance.debris_f != before.debris_f).any(axis=1)
    assert set(np.flatnonzero(differs)) <= {
        debris.MASS, debris.CRUSH_PRESSURE, debris.SHARPNESS, debris.DRAG_AREA,
    }  # fmt: skip
    assert differs[debris.MASS]
    found = gallery.live_again(scene, case)
    said = float(case.remark.split("really ")[1].split(" ")[0])
    hits = [
        row["delta_v_mps"]
        for row in found.script.episode.contacts
        if row["vehicle"] == 0 and found.start <= row["decision"] < found.start + STEPS
    ]
    assert max(hits) == pytest.approx(said, abs=0.051)


@cache
def still(steps=4):
    """An ego at 20 m/s, an object 60 m ahead, a vehicle far behind it."""
    found = empty_futures(np.zeros((2, 8), bool), steps)
    x = 20.0 * 0.2 * np.arange(steps + 1)
    found.ego[:, :, [c.X, c.VX, c.LENGTH, c.WIDTH]] = np.stack(
        [x, np.full_like(x, 20.0), np.full_like(x, 4.5), np.full_like(x, 1.8)], axis=1
    )
    found.ego[:, :, [c.Y, c.VY, c.HEADING]] = 0.0
    found.objects[:, :, 1] = 0.0
    found.objects[:, :, 1, c.X] = 60.0
    return found


def laws(monkeypatch, futures):
    monkeypatch.setattr(worst, "_dream", lambda *_: futures)
    return worst.find_law_breakers(None, None)


def test_no_law_is_broken(monkeypatch):
    assert laws(monkeypatch, still()) == []


def test_the_largest_push_is_reported(monkeypatch):
    objects = still().objects.copy()
    objects[0, 2:, 1, c.VX] = 1.5
    objects[1, 3:, 1, c.VX] = 4.0
    (case,) = laws(monkeypatch, still()._replace(objects=objects))
    assert case.name == "moving_unforced"
    assert (case.moment, case.step) == (1, 3)
    assert case.remark.endswith("+4.0 m/s in one decision with no vehicle near")
    # 1 of 4 decisions in either future
    assert case.caption.endswith(
        "0.6 s into the dream. Moving unforced: 250.0 times per 1,000 decisions."
    )


def test_what_is_out_of_the_picture_counts_less(monkeypatch):
    objects = still().objects.copy()
    objects[0, 2:, 1, c.VX] = 1.5
    objects[1, 3:, 1, c.VX] = 4.0
    objects[1, :, 1, c.X] = 160.0
    (case,) = laws(monkeypatch, still()._replace(objects=objects))
    assert (case.moment, case.step) == (0, 2)
    # and if there is nothing in the picture, the first is shown without a size
    objects[0, :, 1, c.X] = 160.0
    (case,) = laws(monkeypatch, still()._replace(objects=objects))
    assert (case.moment, case.step, case.remark) == (0, 2, "moving unforced")


def test_what_becomes_of_the_ego():
    found = still()._replace(
        touched=np.zeros((2, 5, 4), bool), collided=np.zeros((2, 5), bool), length=np.array([4, 4])
    )
    assert worst.describe(found, 0) == "gets by"
    found.touched[0, 2:, 1] = True
    assert worst.describe(found, 0) == "meets an object after 0.4 s and goes on"
    found.length[0] = 3
    assert worst.describe(found, 0) == "loses control or leaves the road after 0.6 s"
    found.collided[0, 3:] = True
    assert worst.describe(found, 0) == "hits a vehicle after 0.6 s"


def test_films_are_made_once(scene, tmp_path):
    case = worst.find_wrong_cost(scene.moments, scene.judged)._asdict()
    (made,) = gallery.film_all(scene, [case], tmp_path, "key")
    assert made == case | {"video": "films/01_cost.mp4", "poster": "films/01_cost.png"}
    assert (tmp_path / made["video"]).stat().st_size > 50_000
    assert (tmp_path / made["poster"]).stat().st_size > 20_000

    # nothing to film with: what was filmed is kept
    assert gallery.film_all(None, [case], tmp_path, "key") == [made]
    with pytest.raises(AttributeError):
        gallery.film_all(None, [case], tmp_path, "other key")
