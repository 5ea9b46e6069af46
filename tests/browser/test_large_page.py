"""The result page of 21 policies in Chromium: painted within three seconds, at most eight colours, nothing sideways."""

import time

import numpy as np
import pyarrow as pa
import pytest

from envs.specification import component
from experiments.evaluation.entrants import Entrant
from experiments.presentation.figures.style import KIND_COLOURS
from experiments.presentation.joining.source import Source
from experiments.presentation.publish import publish, summarise_source

pytestmark = pytest.mark.end_to_end

PACKAGES = {
    "rule": "rule", "model": "world_model", "floor": "floors", "planner": "catalogue_planner", "agent": "model_free",
    "mine": "mine",
}  # fmt: skip
STRATA = ("seen", "new_object", "look_alike", "evidence", "hidden", "phantom", "exposure")
FIRST_PAINT_MS = 3000
TRIES = 5


def make_source(seeds=20):
    """Records of 21 policies of all kinds."""
    kinds = [*PACKAGES, "oracle"]
    names = [f"{kind}_{k}_of_a_long_name" for k in range(3) for kind in kinds]
    rng = np.random.default_rng(0)
    rows = [
        {
            "policy": name, "policy_seed": 0, "suite": "toy", "split": "test", "stratum": stratum, "family": family,
            "seed": 1000 * s + seed, "objects": "box_empty+tyre_tread", "reason": "a rule", "instance_hash": "0",
            "cost_setting": "loc_8", "cost_usd": cost, "peak_braking_mps2": 1.0, "decision_cpu_ms": 0.5,
            "decisions": 100, "imagined_s": 0.0, **{f"cost_{one}_usd": cost / 16 for one in component.NAMES},
        }
        for n, name in enumerate(names)
        for s, stratum in enumerate(STRATA)
        for seed in range(seeds)
        for family in ["lone_object" if seed % 2 else "cut_out"]
        for cost in [float(rng.lognormal(4.0 + 0.1 * n, 2.0))]
    ]  # fmt: skip
    entrants = {
        name: Entrant(is_floor=name.startswith("floor"), is_privileged=name.startswith("oracle"))
        for name in names
    }
    files = {
        name: f"_target_: policies.{PACKAGES[name.partition('_')[0]]}.One\n"
        for name in names
        if not name.startswith("oracle")
    }
    about = {"command": "", "records_sha256": "", "machine": {"commit": ""}, "files": files}
    return Source(pa.Table.from_pylist(rows), entrants, STRATA, about)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    source = make_source()
    return publish(folder, source, summarise_source(source, None, 0.95, 100)).page.as_uri()


def test_first_paint_within_three_seconds(address, visit):
    found = []
    for _ in range(TRIES):
        page = visit(address).page
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        found.append(
            page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
        if found[-1] < FIRST_PAINT_MS:
            return
        # the machine may be busy with something else
        time.sleep(1.0)
    raise AssertionError(f"first paint after {found} ms")


@pytest.mark.parametrize("width", [1440, 390])
def test_twenty_one_policies_fit(address, visit, width):
    seen = visit(address, width=width)
    page = seen.page
    assert page.locator("#costs tbody tr").count() == 21
    assert page.locator("table:visible tbody tr").count() == 5
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.errors == []
    assert seen.requests == [address] or all(
        url.startswith("data:") for url in set(seen.requests) - {address}
    )


def test_at_most_eight_colours_are_seen(address, visit):
    page = visit(address).page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    # of text, backgrounds and borders as the browser computes them
    shown = page.evaluate(
        """() => [...new Set([...document.querySelectorAll("body, body *")].flatMap((one) => {
            const style = getComputedStyle(one);
            return [style.color, style.backgroundColor, style.borderLeftColor, style.borderTopColor];
        }))]"""
    )
    colours = set()
    for text in shown:
        parts = [int(one) / 255 for one in text[text.index("(") + 1 : -1].split(",")[:3]]
        if max(parts) - min(parts) > 0.1:
            colours.add(tuple(parts))
    # constant policies are grey; the eighth would be what misses a limit of the audit
    assert len(colours) == len(KIND_COLOURS) - 1
