"""The headline block of the results' README equals what the report command makes of the committed records."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

import experiments
from envs.debris.safe_yaml import read_mapping
from experiments.cli.locations import CONF
from experiments.presentation.joining.gather import gather
from experiments.presentation.publish import main_records, summarise_source
from experiments.presentation.text.readme import BEGIN, END, describe_source, make_block
from experiments.records import table as records

HEADLINE = Path(experiments.__file__).parent / "results" / "validation"
README = HEADLINE.parent / "README.md"


@pytest.fixture(scope="module")
def source():
    return gather([HEADLINE])


def make(source):
    told = read_mapping(CONF / "report.yaml")
    settings = told["reference"], told["level"], told["num_resamples"]
    summary = next(iter(summarise_source(source, *settings).values()))
    table = main_records(source.table)
    return make_block(summary, table, describe_source(source), told["hero"], told["num_resamples"])


def test_readme_says_what_the_records_say(source):
    text = README.read_text(encoding="utf-8")
    begin, end = text.index(BEGIN), text.index(END) + len(END)
    block = make(source)
    assert block == text[begin:end]
    # had one episode been dearer, it would say something else
    cost = source.table["cost_usd"]
    dearer = pc.if_else(pc.equal(cost, pc.max(cost)), pc.multiply(cost, 2.0), cost)
    position = source.table.schema.get_field_index("cost_usd")
    changed = source.table.set_column(position, source.table.schema.field(position), dearer)
    assert make(source._replace(table=changed)) != block


def test_records_are_those_that_their_provenance_tells(source):
    assert records.compute_sha256(source.table) == source.provenance["records_sha256"]
