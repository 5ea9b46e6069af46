"""Timings by both clocks: CPU time is judged, and both are kept out of what must be the same again."""

import math

import pytest

from experiments.benchmarks.dream_speed import (
    DREAM_PICTURES,
    DREAM_STEPS,
    ONE_WORLD,
    PICTURES,
    imagined_minute_s,
)
from experiments.studies.audit.findings import Audited
from experiments.studies.audit.probes.dynamics.speed import report
from experiments.studies.audit.show import publish, verdict


def dream(steps, one, pictures):
    return {DREAM_STEPS: steps, ONE_WORLD: one, DREAM_PICTURES: 15.0 * pictures, PICTURES: pictures}


def test_an_imagined_minute_is_300_decisions_and_900_pictures():
    found = imagined_minute_s(dream(1_000.0, 900.0, 6.0))
    assert found == pytest.approx(
        {"imagined minute, dream": 0.3, "imagined minute, dream with pictures": 10.0}
    )


def test_cpu_time_is_judged_and_wall_time_is_not():
    found = {
        one.measure: one
        for one in report(
            "m", {"CPU": dream(100_000.0, 999.0, 10.0), "wall": dream(50_000.0, 500.0, 5.0)}
        )
    }
    assert found["250 worlds, imagined s per CPU s"].value.value == pytest.approx(20_000.0)
    assert found["250 worlds, imagined s per wall s"].value.value == pytest.approx(10_000.0)
    assert {name for name, one in found.items() if one.has_failed} == {
        "one world, imagined s per CPU s"
    }
    assert found["one world with pictures, imagined s per CPU s"].line is not None
    assert found["one world with pictures, imagined s per wall s"].line is None
    # 0.003 s of a core for US$ 0.05 an hour
    assert found["imagined minute, dream, US$"].value.value == pytest.approx(0.003 / 3600.0 * 0.05)
    assert math.isnan(found["imagined minute, dream, US$"].value.low)


def test_timings_are_in_no_table_that_is_compared(tmp_path):
    timed = tuple(report("m", {"CPU": dream(1.0, 1.0, 1.0), "wall": dream(1.0, 1.0, 1.0)}))
    audited = Audited("m", [], 0, timed=timed)
    publish(audited, tmp_path, {})
    assert "speed" not in (tmp_path / "audit.md").read_text(encoding="utf-8")
    assert "speed" in (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert verdict(audited)["failed"] == []
