"""Curves of cost against training data, against computing time, and against the number of rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from experiments.presentation.figures.style import (
    KIND_COLOURS,
    MARKERS,
    dollars,
    markers_of,
    scale_usd,
)
from experiments.presentation.summaries.kinds import RULES
from experiments.presentation.summaries.shares import ABLATIONS
from experiments.presentation.summaries.summary import ALL, PolicyRow, Summary
from experiments.stats.interval import Interval
from policies.rule.policy import DISPENSABLE

PANELS: Final = ("seen", "new_object", "look_alike", "hidden", ALL)
"""Strata with a panel of their own, if the suite has them."""

_STYLES: Final = (":", "--", "-.", (0, (6, 2)), "-")
"""Lines of ``PANELS`` in the figure of the rules, which has one colour."""

_BUDGET: Final = re.compile(r"(?P<arm>.+)@(?P<size>[0-9]+[kM]?)")
_COUNT: Final = re.compile(r"(?P<rules>.+)_(?P<count>[0-9]+)")


class Point(NamedTuple):
    """One policy on a curve."""

    x: float
    row: PolicyRow


def arm_of(policy: str) -> str:
    """The arm of a policy that was trained with several budgets; the name itself if there is no budget in it.

    Examples
    --------
    >>> arm_of("ppo@50k"), arm_of("rule")
    ('ppo', 'rule')
    """
    match = _BUDGET.fullmatch(policy)
    return match["arm"] if match else policy


def _learned(summary: Summary, cost: Callable[[PolicyRow], float | None]) -> dict[str, list[Point]]:
    """Curves of the learned policies by arm."""
    curves: dict[str, list[Point]] = {}
    for row in summary.rows:
        arm = arm_of(row.policy)
        # an ablation would lie on top of the hero: it is in a table
        x = None if _COUNT.fullmatch(row.policy) or arm in ABLATIONS else cost(row)
        if x:
            curves.setdefault(arm, []).append(Point(x, row))
    return {arm: sorted(points, key=lambda point: point.x) for arm, points in curves.items()}


def _truncated(summary: Summary) -> list[Point]:
    """Points of the rule stacks with fewer rules and of the whole stack, by the number of rules."""
    by_name = {row.policy: row for row in summary.rows}
    points = []
    for name, row in by_name.items():
        match = _COUNT.fullmatch(name)
        if match and match["rules"] in by_name:
            points.append(Point(float(match["count"]), row))
            whole = Point(float(len(DISPENSABLE)), by_name[match["rules"]])
            points += [whole] if whole not in points else []
    return sorted(points, key=lambda point: point.x)


def draw_experience(summary: Summary, _: pa.Table) -> Figure | None:
    """Mean cost against the decisions that training or tuning took, one panel per stratum."""
    return _draw(summary, _steps, "decisions in the simulator that training or tuning took")


def draw_computing(summary: Summary, _: pa.Table) -> Figure | None:
    """Mean cost against the CPU-hours of training or tuning, one panel per stratum."""
    return _draw(summary, _hours, "CPU-hours of training or tuning")


def _steps(row: PolicyRow) -> float | None:
    """Decisions that training or tuning took."""
    return row.price.environment_steps


def _hours(row: PolicyRow) -> float | None:
    """CPU-hours of a policy's training."""
    spent = row.price.training_cpu_s
    return None if spent is None else spent / 3600.0


def _learners(summary: Summary) -> dict[str, PolicyRow]:
    """The policy of each arm with the largest budget among those validated during training."""
    learners: dict[str, PolicyRow] = {}
    for row in summary.rows:
        arm, steps = arm_of(row.policy), row.price.environment_steps
        if row.validation_usd and steps:
            other = learners.get(arm)
            if other is None or steps > (other.price.environment_steps or 0):
                learners[arm] = row
    return learners


def draw_learning(summary: Summary, _: pa.Table) -> Figure | None:
    """Validation cost against the completed share of training: one colour per arm, one line per training seed."""
    learners = _learners(summary)
    if not learners:
        return None
    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    axes = figure.subplots()
    markers = markers_of(learners.values())
    for row in learners.values():
        for n, curve in enumerate(row.validation_usd):
            axes.plot(
                [(part + 1) / len(curve) for part in range(len(curve))], curve,
                color=KIND_COLOURS[row.kind], marker=markers[row.policy], markersize=3.5, linewidth=1.1,
                alpha=0.75, label="_" if n else row.policy,
            )  # fmt: skip
    axes.set_yscale("log")
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which(FuncFormatter(dollars))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("of the training")
    axes.set_ylabel("US$ per validation episode")
    axes.legend(fontsize=8)
    return figure


def _draw(summary: Summary, cost: Callable[[PolicyRow], float | None], label: str) -> Figure | None:
    """Draw one line per arm, one panel per stratum; nothing without a policy that is trained or tuned."""
    if not _learned(summary, _steps):
        return None
    curves = _learned(summary, cost)
    groups = [name for name in PANELS if name in summary.num_instances]
    figure = Figure(figsize=(3.6 * min(len(groups), 3), 3.1 * -(-len(groups) // 3) + 0.8))
    panels = figure.subplots(-(-len(groups) // 3), min(len(groups), 3), squeeze=False).ravel()
    markers = markers_of(points[0].row for points in curves.values())
    for axes, group in zip(panels, groups, strict=False):
        for points in curves.values():
            _draw_line(axes, points, group, markers[points[0].row.policy])
        _draw_bounds(axes, summary, group)
        axes.set_xscale("log")
        _scale(axes)
        axes.set_title(f"{group} ({summary.num_instances[group]})")
        axes.tick_params(labelsize=7)
    for axes in panels[len(groups) :]:
        axes.set_visible(False)
    handles, names = panels[0].get_legend_handles_labels()
    figure.supxlabel(label, fontsize=9)
    figure.supylabel("US$ per episode", fontsize=9)
    figure.tight_layout(rect=(0.0, 0.0, 1.0, 0.93 - 0.03 * (len(names) // 5)))
    figure.legend(handles, names, ncols=5, loc="upper left", fontsize=8)
    return figure


def _scale(axes: Axes) -> None:
    """Format the y axis in US$, from 0."""
    scale_usd(axes, "y")
    axes.set_ylim(bottom=0.0)


def _draw_line(axes: Axes, points: Sequence[Point], group: str, marker: str) -> None:
    """Draw the curve of one arm with its intervals."""
    colour = KIND_COLOURS[points[0].row.kind]
    values: list[Interval] = [point.row.cost[group] for point in points]
    x = [point.x for point in points]
    for at, value in zip(x, values, strict=True):
        axes.plot([at, at], [value.low, value.high], color=colour, linewidth=1.5, alpha=0.35)
    axes.plot(
        x, [value.value for value in values], color=colour, linewidth=1.4, markersize=4.5,
        marker=marker, label=arm_of(points[0].row.policy),
    )  # fmt: skip


def _draw_bounds(axes: Axes, summary: Summary, group: str) -> None:
    """Draw horizontal lines for the best floor and for privileged policies without training."""
    for row in summary.rows:
        if row.policy == summary.floor or (row.is_privileged and not row.price.environment_steps):
            axes.axhline(row.cost[group].value, color="#999999", linewidth=0.8, linestyle="--")
            axes.annotate(
                row.policy, (0.0, row.cost[group].value), xycoords=("axes fraction", "data"),
                xytext=(3, 2), textcoords="offset points", fontsize=6, color="#666666",
            )  # fmt: skip


def draw_rules(summary: Summary, _: pa.Table) -> Figure | None:
    """Mean cost against the number of rules, the most useful first; one line per stratum."""
    points = _truncated(summary)
    if not points:
        return None
    groups = [name for name in PANELS if name in summary.num_instances]
    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    axes = figure.subplots()
    for k, group in enumerate(groups):
        values = [point.row.cost[group] for point in points]
        x = [point.x for point in points]
        colour = KIND_COLOURS[RULES]
        axes.plot(
            x, [value.value for value in values], color=colour, marker=MARKERS[k], linestyle=_STYLES[k], label=group,
            linewidth=2.0 if group == ALL else 1.1,
        )  # fmt: skip
        if group == ALL:
            axes.fill_between(
                x, [value.low for value in values], [value.high for value in values],
                color=colour, alpha=0.15, linewidth=0,
            )  # fmt: skip
    _scale(axes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("rules, the most useful first; the interval is that of all")
    axes.set_ylabel("US$ per episode")
    axes.legend(fontsize=8)
    return figure
