"""Shards come back from published records, whole or not at all."""

import pyarrow as pa
import pytest

from experiments.evaluation.run import execute, prepare
from experiments.records import table as records
from experiments.studies.headline.arms import Contestant
from experiments.studies.headline.configuration import CompareConfiguration
from experiments.studies.headline.restore import restore_shards


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    folder = tmp_path_factory.mktemp("driven")
    config = CompareConfiguration(
        policies=["keep", "rule"], policy_seeds=[0], suite="quick", split="test", strata=None, seeds=None,
        max_instances=2, cost="loc_8", also_cost=[], metrics=[], num_worlds=8, workers=1, output=str(folder), allow=[],
        reference=None, level=0.95, num_resamples=100, num_videos=0, num_replays=0, experiment=None,
    )  # fmt: skip
    plan = prepare("compare", config)
    table = execute(plan, folder).table
    names = ["ppo@1M" if name == "rule" else name for name in table["policy"].to_pylist()]
    seeds = [3 if name == "ppo@1M" else 0 for name in names]
    for column, values in (("policy", names), ("policy_seed", seeds)):
        field = table.schema.field(column)
        table = table.set_column(
            table.schema.get_field_index(column), field, pa.array(values, field.type)
        )
    published = folder / "published.parquet"
    records.write(records.order(table), published)
    return plan, folder / "shards", published


BY_STEM = {"keep": Contestant("keep", 0, "keep"), "rule": Contestant("ppo@1M", 3, "rule")}


def test_shards_are_what_they_were(driven, tmp_path):
    plan, shards, published = driven
    assert restore_shards(plan.parts, published, tmp_path, BY_STEM) == len(plan.parts)
    for part in plan.parts:
        one, two = (records.read(folder / part.name) for folder in (shards, tmp_path))
        assert one.equals(two)
    assert restore_shards(plan.parts, published, tmp_path, BY_STEM) == 0


def test_who_was_not_driven_or_not_wholly_is_driven(driven, tmp_path):
    plan, _, published = driven
    other = BY_STEM | {"rule": Contestant("ppo@1M", 4, "rule")}
    assert restore_shards(plan.parts, published, tmp_path, other) == len(plan.parts) // 2
    some = records.read(published).slice(1)
    records.write(some, tmp_path / "some.parquet")
    left = tmp_path / "left"
    assert (
        restore_shards(plan.parts, tmp_path / "some.parquet", left, BY_STEM) == len(plan.parts) - 1
    )
    assert restore_shards(plan.parts, tmp_path / "none.parquet", left, BY_STEM) == 0
