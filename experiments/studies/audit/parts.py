"""The parts of an audit: each is computed independently, and finished parts are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from experiments.studies.audit import groups
from experiments.studies.audit.findings import Probed
from experiments.studies.audit.gallery.gallery import find_cases
from experiments.studies.audit.groups import Scene
from experiments.studies.audit.probes.dynamics import speed


class Part(NamedTuple):
    """A group of probes; it depends on the scene only."""

    name: str  # of its file
    probe: Callable[[Scene], Probed]


PARTS: Final = (
    Part("moments", lambda s: Probed([], {"moments": s.moments.size})),
    Part("futures", groups.probe_futures),
    Part("certainty", groups.probe_certainty),
    Part("choices", groups.probe_choices),
    Part("contents", groups.probe_contents),
    Part("policies", groups.probe_policies),
    Part("memories", groups.probe_memories),
    Part("trials", groups.probe_trials),
    Part("speed", lambda s: Probed(speed.measure_speed(s.judged.name, str(s.judged.folder)))),
    Part("worst", lambda s: Probed([], {"gallery": find_cases(s)})),
)
"""All parts, in the order of the table."""
