"""Curves of learning: the largest budget of an arm, one line per training seed, part by part."""

from types import SimpleNamespace

import numpy as np

from experiments.presentation.figures.curves import draw_learning
from experiments.presentation.figures.style import KIND_COLOURS

KIND = next(iter(KIND_COLOURS))


def row(policy, steps, *curves):
    return SimpleNamespace(
        policy=policy,
        kind=KIND,
        price=SimpleNamespace(environment_steps=steps),
        validation_usd=curves,
    )


def test_lines_are_the_seeds_of_the_largest_budget():
    rows = [
        row("ppo@50k", 50_000, (9.0,)),
        row("ppo@1M", 1_000_000, (900.0, 500.0), (800.0, 600.0)),
        row("rule", None),
    ]
    summary = SimpleNamespace(rows=rows)
    (axes,) = draw_learning(summary, None).axes
    lines = axes.get_lines()
    assert [list(line.get_ydata()) for line in lines] == [[900.0, 500.0], [800.0, 600.0]]
    for line in lines:
        np.testing.assert_allclose(line.get_xdata(), [0.5, 1.0])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["ppo@1M"]


def test_nothing_was_validated():
    assert draw_learning(SimpleNamespace(rows=[row("ppo@50k", 50_000)]), None) is None
