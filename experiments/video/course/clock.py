"""Clock of a film: the moments that its frames show, in real time and slower around contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from envs.specification import TICK_HZ, TICKS_PER_DECISION
from experiments.video.course.script import Script

BEFORE_TICKS, AFTER_TICKS = 5, 9
"""Slow motion begins 1/3 s before a contact and ends 3/5 s after it [A]: judgement."""

MOST_SLOW: Final = 8


def is_around(tick: float | Fraction, contacts: Iterable[int]) -> bool:
    """Whether a time is in the slow motion of one of some contacts."""
    return any(at - BEFORE_TICKS <= tick < at + AFTER_TICKS for at in contacts)


class Moment(NamedTuple):
    """The time that a frame shows."""

    tick: float  # since the start of the episode
    is_slow: bool = False

    @property
    def decision(self) -> int:
        """The decision that is under way; a moment between two of them belongs to the earlier one."""
        return max(-int(-self.tick // TICKS_PER_DECISION) - 1, 0)


def find_contacts(scripts: Iterable[Script]) -> list[int]:
    """The ticks after which the ego of a script has touched its first object."""
    found = []
    for script in scripts:
        ticks = [int(row["tick"]) for row in script.episode.contacts if row["vehicle"] == 0]
        found += [min(ticks) + 1] if ticks else []
    return sorted(set(found))


def set_clock(
    num_ticks: int,
    fps: int,
    contacts: Sequence[int] = (),
    slow_motion: int = 1,
    first: int = 0,
) -> list[Moment]:
    """The moments of a film from tick ``first`` to ``num_ticks``.

    Parameters
    ----------
    num_ticks
        End of the longest course.
    fps
        Frames per second.
    contacts
        Ticks around which time runs slower.
    slow_motion
        How many times slower; 1 = as fast as everything else.
    first
        Tick of the first moment.
    """
    step, at = Fraction(TICK_HZ, fps), Fraction(first)
    moments = []
    # fractions, so that no tick is missed by a rounding error
    while at < num_ticks:
        is_slow = slow_motion > 1 and is_around(at, contacts)
        moments.append(Moment(float(at), is_slow))
        at += step / slow_motion if is_slow else step
    return [*moments, Moment(float(num_ticks))]
