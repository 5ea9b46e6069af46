"""The data of the explorer: studies and videos of a suite's instances, each computed once."""

from __future__ import annotations

import base64
import io
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from envs.debris.catalogue import load_catalogue
from envs.errors import UserError
from envs.scenario.instance import ScenarioInstance
from envs.scenario.suite import Suite, SuiteItem
from experiments.presentation.figures.style import styled
from experiments.presentation.local_page.jobs import Job, Worker
from experiments.store.atomic import make_folder
from experiments.studies.counterfactual.configuration import ExploreConfiguration
from experiments.studies.counterfactual.explorer.pictures import Sight, take_pictures
from experiments.studies.counterfactual.figure import FULL_IN, NARROW_IN, Drawn, draw
from experiments.studies.counterfactual.files import describe
from experiments.studies.counterfactual.properties import (
    Property,
    find_property,
    label_properties,
)
from experiments.studies.counterfactual.study import Report, Study, study
from experiments.video.job import make_video
from experiments.video.order import MOST_POLICIES, Order

USUAL_PROPERTY: Final = "object.mass"
"""The property that is shown first, if the family has it."""


class Picture(NamedTuple):
    """A figure for an ``img`` element, and the position of its axis."""

    source: str  # data: address of an SVG
    left: float  # shares of the width
    right: float
    top: float  # shares of the height
    bottom: float


class Result(NamedTuple):
    """The study of one property of an instance, with its figures."""

    title: str
    study: Study
    wide: Picture
    narrow: Picture
    sights: list[Sight]  # one per value


class Model:
    """A suite, policies, and the cached results.

    Parameters
    ----------
    config
        The command's configuration.
    folder
        An existing folder for videos.

    Raises
    ------
    UserError
        If the configuration names what does not exist.
    """

    def __init__(self, config: ExploreConfiguration, folder: Path) -> None:
        self._config, self._folder = config, folder
        self.suite: Suite = config.load_suite()
        self.items: list[SuiteItem] = self.suite.items(config.split)
        self._policies, self._cost = config.load_policies(), config.load_cost()
        if len(self._policies) > MOST_POLICIES:
            raise UserError(
                f"policy: got {len(self._policies)} names, a video shows at most {MOST_POLICIES}"
            )
        self._worker = Worker()

    def families(self) -> list[str]:
        """Scenario families of the split, sorted."""
        return sorted({item.family for item in self.items})

    def seeds(self, family: str) -> list[int]:
        """Seeds of a family."""
        return [item.seed for item in self.items if item.family == family]

    def properties(self, family: str) -> dict[str, str]:
        """Names of the properties of a family, with words for people."""
        return label_properties(family) or {USUAL_PROPERTY: USUAL_PROPERTY}

    def _property(self, instance: ScenarioInstance, name: str) -> Property:
        """A property of an instance."""
        return find_property(instance, name, load_catalogue(self.suite.catalogue_dirs))

    def ask_study(self, item: SuiteItem, name: str) -> Job:
        """Request costs and decisions for one property of one instance; the result is a ``Result``."""
        return self._worker.ask((item.seed, name), partial(self._study, item, name))

    def ask_video(self, item: SuiteItem, name: str, value: float) -> Job:
        """Request a film of the instance with this value; the result is a path."""
        key = (item.seed, name, value)
        return self._worker.ask(key, partial(self._video, item, name, value))

    def _study(self, item: SuiteItem, name: str, report: Report) -> Result:
        """Compute a study on the worker's thread."""
        report(0.0, "true costs")
        instance = self.suite.instance(item)
        changed = self._property(instance, name)
        found = study(
            instance,
            changed,
            changed.grid(instance, self._config.num_values, None, None),
            self._policies,
            cost=self._cost,
            policy_seed=self._config.policy_seed,
            report=report,
        )
        title = describe(item, instance)
        with styled():
            wide = _picture(draw(found, title, FULL_IN))
            narrow = _picture(draw(found, f"{item.family} {item.seed}", NARROW_IN))
        report(1.0, "pictures")
        sights = take_pictures([changed.change(instance, float(v)) for v in found.values])
        return Result(title, found, wide, narrow, sights)

    def _video(self, item: SuiteItem, name: str, value: float, report: Report) -> Path:
        """Make a video on the worker's thread."""
        report(0.0, "driving")
        original = self.suite.instance(item)
        instance = self._property(original, name).change(original, value)
        order = Order(
            policies=tuple(self._policies),
            suite=self.suite,
            split=self._config.split,
            items=(),
            cost=self._cost,
            policy_seed=self._config.policy_seed,
        )
        folder = self._folder / instance.hash
        make_folder(folder)
        made = make_video(order, item, instance, folder, lambda share: report(share, "filming"))
        return folder / str(made["video"])


def _picture(drawn: Drawn) -> Picture:
    """Embed a figure as an SVG in a ``data:`` address."""
    buffer = io.BytesIO()
    drawn.figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = base64.b64encode(buffer.getvalue()).decode()
    return Picture(f"data:image/svg+xml;base64,{text}", *drawn[1:])
