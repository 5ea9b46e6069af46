"""BaseCamera: the driver's view on the straight roads of Inject-v1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import gymnasium as gym

from envs.errors import UserError
from envs.observation import PICTURE
from envs.scenario.scene import CAR_SIZE_M, TRUCK_SIZE_M
from envs.specification import LANE_WIDTH_M, episode, vehicle
from envs.specification.vehicle import PAINTS
from envs.specification.world import World, empty_batch, world_at
from envs.world.settings import make_sensor

if TYPE_CHECKING:
    from envs.camera import Camera

BASE: Final = "base"
"""Key of the base's own observation, beside the picture."""

STRAIGHT: Final = ("merge-v1", "two-way-v0")
"""Bases with a straight carriageway."""

CLEAR_SIGHT_M: Final = 250.0
"""Sight range of the drawn air: the largest of Debris-v1."""


class BaseCamera:
    """Pictures of a base environment, on a record of its own that the simulation does not read.

    Drawn are the lanes that lead along the carriageway, all vehicles, and the objects, by day in clear air. Of merge-v1
    the ramp and the obstacle at its end are not drawn: vehicles on the ramp drive over the verge. Heights are those of
    Debris-v1's cars and trucks, and paints follow the order of the vehicles, because the base has neither.

    Parameters
    ----------
    camera
        Argument ``camera`` of an environment.
    base_name
        One of ``STRAIGHT``.

    Raises
    ------
    UserError
        If the road is not straight, or the camera's settings do not fit.
    """

    def __init__(self, camera: str | Mapping[str, Any] | Camera, base_name: str) -> None:
        if base_name not in STRAIGHT:
            raise UserError(
                f"camera: got {camera!r} with base {base_name!r}, but the camera draws straight roads only: "
                f"{', '.join(STRAIGHT)}"
            )
        self._worlds = empty_batch(1)
        sensor = make_sensor(camera, 1)
        assert sensor is not None  # noqa: S101 (there is a camera)
        self.sensor = sensor

    def extend_space(self, space: gym.Space[Any]) -> gym.spaces.Dict:
        """The base's observation under its key, and the picture."""
        return gym.spaces.Dict({BASE: space, PICTURE: self.sensor.space})

    def extend(self, observation: object) -> dict[str, Any]:
        """An observation of the base with the latest picture."""
        return {BASE: observation, **self.sensor.observation(0)}

    def take(self, world: World, base: Any, items: Sequence[Any], *, is_first: bool) -> None:  # noqa: ANN401
        """Take a picture of ``world``, whose vehicles are ``items`` of ``base``; ``is_first``: of an episode."""
        self._worlds[0] = world
        shown = world_at(self._worlds, 0)
        f, i = shown.vehicle_f, shown.vehicle_i
        f[vehicle.JOLT] = 0.0
        for k, item in enumerate(items):
            size = TRUCK_SIZE_M if i[vehicle.IS_TRUCK, k] else CAR_SIZE_M
            f[vehicle.HEIGHT, k] = size[2]
            f[vehicle.ACCELERATION, k] = float(item.action["acceleration"])
            i[vehicle.PAINT, k] = k % len(PAINTS)
        lanes = len(base.road.network.graph["a"]["b"])
        shown.episode_i[episode.NUM_LANES] = lanes
        shown.episode_f[episode.LEFT_EDGE] = -0.5 * LANE_WIDTH_M
        shown.episode_f[episode.RIGHT_EDGE] = (lanes - 0.5) * LANE_WIDTH_M
        shown.episode_f[episode.SIGHT_RANGE] = CLEAR_SIGHT_M
        if is_first:
            self.sensor.begin(self._worlds)
        else:
            self.sensor.advance(self._worlds)
