"""Still: one picture of all policies at one moment from the driver's view, with what each pays in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from envs.highway.drawing.lettering import Lettering
from envs.specification import TICK_S
from experiments.video.course.clock import Moment
from experiments.video.drawing.surfaces import Frame
from experiments.video.films.episode import Film
from experiments.video.films.layout import Layout, arrange, compose
from experiments.video.films.side_by_side import Heading, draw_heading

HEIGHT_SHARE: Final = 9 / 16
"""Height of the driver's view as a share of its width."""


def lay_out_still(view: str, num_panels: int, width: int) -> Layout:
    """Panels beside each other with the driver's view and no read-out."""
    layout = arrange("chase" if view == "chase" else "camera", num_panels, width)
    driver_px = 2 * round(0.5 * HEIGHT_SHARE * layout.shape.width)
    return layout._replace(shape=layout.shape._replace(driver_px=driver_px, strip_px=0))


def draw_still(films: Sequence[Film], heading: Heading, tick: int, layout: Layout) -> Frame:
    """Draw films of one instance, made for the layout, at a tick."""
    moment = Moment(float(tick))
    panels = [film.draw_still(moment) for film in films]
    for film in films:
        film.close()
    head = draw_heading(heading, tick * TICK_S, layout.width, Lettering())
    return compose(head, panels, layout)
