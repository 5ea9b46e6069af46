"""A scenario of one's own: a moving box lies in the ego's lane, behind a bend or a crest."""

from envs.scenario.encounter import new_noise_seed, set_stage
from envs.scenario.traffic import add_traffic


def late_box(rng, source, setting):
    """Draw an instance: a function with these three arguments, which takes every random number from ``rng``."""
    spec, draw = source.draw(rng, lambda one: one.name == "moving_box")
    stage = set_stage(rng, setting, draw.size_m, recognition_time_s=rng.uniform(1.5, 2.5))
    stage.scene.add_object(spec, draw, stage.object_x_m, stage.lane_y_m + rng.uniform(-0.5, 0.5))
    add_traffic(stage.scene, rng, stage.lane, stage.speed_mps, busy=0.5)
    return stage.scene.build("late_box", new_noise_seed(rng))
