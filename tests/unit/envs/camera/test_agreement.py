"""The picture and the list agree on what is in sight."""

import numpy as np

from envs.camera import camera_from, draw_into
from envs.sensing.sight import is_object_in_sight
from envs.specification import debris, episode, vehicle
from envs.specification.world import empty_batch, world_at
from tests.unit.envs.camera.scenes import sampled

CAMERA = camera_from({"preset": "128x192", "field_deg": 60.0, "masks": True})
LEAST_PX, NEAR_M = 0.3, 40.0


def _is_fit(world):
    """Whether its first object is a body in the field of view and the ego overlaps no vehicle."""
    i = world.debris_i[:, 0]
    if i[debris.FLICKERS] or i[debris.IS_PATCH] or i[debris.CARRIER] >= 0:
        return False
    if i[debris.LOOK] >= debris.LOOKS.index("patch"):
        return False
    ahead = world.debris_f[debris.X, 0] - world.vehicle_f[vehicle.X, 0]
    if abs(world.debris_f[debris.Y, 0] - world.vehicle_f[vehicle.Y, 0]) > 0.4 * ahead:
        return False
    n = int(world.episode_i[episode.NUM_VEHICLES])
    v = world.vehicle_f[:, :n]
    apart = np.abs(v[vehicle.X] - v[vehicle.X, 0]) > 0.5 * v[vehicle.LENGTH] + 4.0
    beside = np.abs(v[vehicle.Y] - v[vehicle.Y, 0]) > 0.5 * v[vehicle.WIDTH] + 1.2
    return bool((apart | beside)[1:].all())


def cases(count, seed):
    """Worlds with one object, 8 to 100 m before an ego that stands in any lane."""
    rng = np.random.default_rng(seed)
    sources, chosen = sampled(1_300, seed), []
    while len(chosen) < count:
        world = sources[int(rng.integers(len(sources)))].copy()
        world.episode_i[episode.NUM_DEBRIS] = 1
        world.vehicle_f[vehicle.X, 0] = world.debris_f[debris.X, 0] - rng.uniform(8.0, 100.0)
        world.vehicle_f[vehicle.Y, 0] = 4.0 * rng.integers(world.episode_i[episode.NUM_LANES])
        world.vehicle_f[vehicle.HEADING, 0] = world.vehicle_f[vehicle.ACCELERATION, 0] = 0.0
        if _is_fit(world):
            chosen.append(world)
    batch = empty_batch(count)
    for b, world in enumerate(chosen):
        batch[b] = world
    return batch


def _covered(batch):
    """Pixels that the object of every world covers."""
    covered = np.zeros(len(batch))
    pictures = np.zeros((100, CAMERA.height, CAMERA.width, 3), np.uint8)
    masks = np.zeros((100, 2, CAMERA.height, CAMERA.width), np.uint8)
    for start in range(0, len(batch), 100):
        draw_into(batch[start : start + 100], CAMERA, pictures, masks)
        covered[start : start + 100] = masks[:, 1].reshape(100, -1).sum(axis=1) / 255.0
    return covered


def test_what_is_drawn_is_in_sight_and_what_is_in_sight_is_drawn():
    batch = cases(5_000, seed=11)
    covered = _covered(batch)
    worlds = [world_at(batch, b) for b in range(len(batch))]
    in_sight = np.array([is_object_in_sight(world, 0) for world in worlds])
    ahead = np.array([w.debris_f[debris.X, 0] - w.vehicle_f[vehicle.X, 0] for w in worlds])
    is_drawn = covered > LEAST_PX
    near = in_sight & (ahead < NEAR_M)
    agree = (is_drawn & in_sight).sum() + (near & ~is_drawn & (covered > 0.0)).sum()
    compared = (is_drawn | near).sum()
    assert compared > 2_500
    assert agree >= 0.98 * compared, (agree, compared)

    # few objects are hidden, so they are counted apart: those that would be drawn if no vehicle were there
    alone = batch.copy()
    alone.episode_i[:, episode.NUM_VEHICLES] = 1
    hidden = ~in_sight & (_covered(alone) > LEAST_PX)
    assert hidden.sum() > 300
    assert (hidden & is_drawn).sum() <= 0.1 * hidden.sum()
