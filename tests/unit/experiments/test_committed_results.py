"""What the README says of the headline is what the committed records say, through the ordinary code."""

from pathlib import Path

import pytest
import yaml

import experiments
from experiments.gather import gather
from experiments.publish import Asked, main_records, summarise_source
from experiments.readme import BEGIN, END, make_block, told_by

RESULTS = Path(experiments.__file__).parent / "results"
README = Path(__file__).parents[3] / "README.md"
