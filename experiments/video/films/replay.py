"""Replay: repeats the actions of a script in the reference engine, which draws the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from envs.highway.env import DebrisEnv
from experiments.video.course.script import Script
from experiments.video.drawing.surfaces import Frame

Take = Callable[[DebrisEnv, int], Frame | None]
"""Function that takes a picture of the environment during a decision; ``None`` = no picture."""

AGREEMENT: Final = 1e-6
"""Relative difference of costs up to which twin and reference count as equal: NumPy's wide-vector functions differ from
libm in the last bit, and more only where stopped traffic amplifies that."""


def picture_of(
    size: tuple[int, int], scaling: float, centring: tuple[float, float]
) -> dict[str, Any]:
    """highway-env's picture settings: size in px, px per metre, place of the ego as shares of the size."""
    return {
        "screen_width": size[0],
        "screen_height": size[1],
        "scaling": scaling,
        "centering_position": list(centring),
    }


class _Shutter:
    """Replacement of Gymnasium's recorder, which highway-env calls between the ticks of a decision."""

    frames_per_sec = 0  # highway-env writes it

    def __init__(self, env: DebrisEnv, take: Take) -> None:
        self._env, self._take = env, take
        self.decision = 0
        self.frames: list[Frame] = []

    def _capture_frame(self) -> None:
        """Take a picture of the present state."""
        frame = self._take(self._env, self.decision)
        if frame is not None:
            self.frames.append(frame)


class Replay:
    """Repeats a script in the reference engine and takes pictures of it.

    Parameters
    ----------
    script
        What to play.
    take
        Called after the reset and after every decision, with ``every_tick`` after every tick.
    picture
        highway-env's settings of the picture, as ``picture_of`` makes them.
    every_tick
        15 pictures a second instead of 5.
    num_decisions
        Stop early; ``None`` = play everything.

    Attributes
    ----------
    cost_usd
        Expected cost so far, US$, as the reference counts it.
    """

    def __init__(
        self,
        script: Script,
        take: Take,
        *,
        picture: dict[str, Any],
        every_tick: bool = False,
        num_decisions: int | None = None,
    ) -> None:
        self._script, self._take = script, take
        self._picture, self._every_tick = picture, every_tick
        self._actions = script.episode.actions[:num_decisions]
        self.cost_usd = 0.0

    def frames(self) -> Iterator[Frame]:
        """The pictures in order, as ``take`` makes them."""
        self.cost_usd = 0.0
        env = DebrisEnv(render_mode="rgb_array", config=dict(self._picture), cost=self._script.cost)
        shutter = _Shutter(env, self._take)
        if self._every_tick:
            env.set_record_video_wrapper(shutter)
        try:
            env.reset(options={"instance": self._script.episode.instance})
            yield from _shoot(shutter)
            for decision, action in enumerate(self._actions):
                shutter.decision = decision
                _, _, terminated, truncated, info = env.step(action)
                self.cost_usd += float(info["cost"]["total"])
                yield from _shoot(shutter)
                if terminated or truncated:
                    break
        finally:
            env.close()

    def describe_disagreement(self) -> str:
        """One line if reference and twin differ in cost, else empty; call it after the last picture."""
        twin_usd = float(self._script.episode.total_usd[: len(self._actions)].sum())
        if abs(self.cost_usd - twin_usd) <= AGREEMENT * max(abs(twin_usd), 1.0):
            return ""
        return (
            f"{self._script.name}: the reference counts {self.cost_usd:.6f} US$, the twin {twin_usd:.6f} US$: "
            "the pictures show the reference, the records hold the twin"
        )


def _shoot(shutter: _Shutter) -> Iterator[Frame]:
    """Take a last picture, and return all that were taken."""
    shutter._capture_frame()
    yield from shutter.frames
    shutter.frames.clear()
