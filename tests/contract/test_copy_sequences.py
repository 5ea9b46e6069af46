"""Any order of calls and copies; every environment is compared with a new one that repeats its log.

``make copies`` runs many more sequences.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.contract.copied_environments import ENGINES, WAYS, apply

SEQUENCES = int(os.environ.get("COPY_SEQUENCES", "12"))
MOST = 4
"""Environments at a time."""

number = st.integers(0, 7)
calls = st.lists(st.tuples(st.integers(0, 99), number), max_size=4)


class Subject:
    """An environment and what was done to it: names, numbers and results."""

    def __init__(self, env, log=()):
        self.env, self.log = env, list(log)

    def do(self, name, number):
        """Call the environment; the first call is a reset with a seed, without which no episode could be repeated."""
        if not self.log:
            name, number = "reset", number or 0
        self.log.append((name, number, apply(self.env, name, number)))

    def load(self, other):
        """Take over the state of another environment of the same kind."""
        if other.log:
            self.env.unwrapped.load_state_dict(other.env.unwrapped.state_dict())
            self.log = list(other.log)

    def check(self, make, can):
        """Do two more steps, then everything again with a new environment: each result must be the same."""
        for name in ("step", "step", *({"state"} & can)):
            self.do(name, 0)
        env = make()
        for k, (name, number, result) in enumerate(self.log):
            done = [entry[:2] for entry in self.log[: k + 1]]
            assert apply(env, name, number) == result, f"other results after {done}"


class Copies(RuleBasedStateMachine):
    """Any order of calls on an environment and its copies; subclasses choose the engine."""

    engine = ENGINES["twin"]

    def make(self):
        """A new environment."""
        env = self.maker()
        env.action_space.seed(0)
        return env

    def pick(self, number):
        """One of the environments."""
        return self.subjects[number % len(self.subjects)]

    @initialize(variant=number, calls=calls)
    def begin(self, variant, calls):
        """Choose the variant of the engine; call it, or not, before the first copy."""
        self.maker = self.engine.makers[variant % len(self.engine.makers)]
        self.subjects = [Subject(self.make())]
        self.call(0, calls)

    @rule(which=number, calls=calls)
    def call(self, which, calls):
        """Half of the calls are steps."""
        names = ("reset", *sorted(self.engine.can))
        for choice, argument in calls:
            name = "step" if choice % 2 else names[choice // 2 % len(names)]
            if name == "load":
                self.pick(which).load(self.pick(argument))
            else:
                self.pick(which).do(name, None if name == "reset" and argument == 0 else argument)

    @rule(which=number, way=st.sampled_from(sorted(WAYS)), other=number)
    def copy(self, which, way, other):
        """Copy an environment; where there are too many, another is checked and dropped."""
        source = self.pick(which)
        if len(self.subjects) == MOST:
            self.subjects.pop(other % MOST).check(self.make, self.engine.can)
        self.subjects.append(Subject(WAYS[way](source.env), source.log))

    def teardown(self):
        """Check all environments."""
        for subject in getattr(self, "subjects", []):
            subject.check(self.make, self.engine.can)


@pytest.mark.parametrize("name", ENGINES)
def test_any_order_of_calls(name):
    machine = type("Copies", (Copies,), {"engine": ENGINES[name]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=12,
            deadline=None,
            derandomize="COPY_SEQUENCES" not in os.environ,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )
