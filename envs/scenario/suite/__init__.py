"""Suites: versioned lists of instances in YAML files, with what is skipped, what is unavoidable, and the outcomes."""

from envs.scenario.suite.model import (
    SEED_SPLITS,
    STRATUM_SEEDS,
    Stratum,
    Suite,
    SuiteItem,
    first_of_strata,
)
from envs.scenario.suite.outcomes import (
    EPISODE_CAP_USD,
    USUAL_OUTCOMES,
    Outcomes,
    read_outcomes,
)
from envs.scenario.suite.reading import load_suite, load_suite_once

__all__ = [
    "EPISODE_CAP_USD",
    "SEED_SPLITS",
    "STRATUM_SEEDS",
    "USUAL_OUTCOMES",
    "Outcomes",
    "Stratum",
    "Suite",
    "SuiteItem",
    "first_of_strata",
    "load_suite",
    "load_suite_once",
    "read_outcomes",
]
