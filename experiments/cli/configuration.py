"""The configurations of commands: one strict model each, validated before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from envs.errors import UserError, shown
from experiments.cli.locations import Policies, PolicyName, SuiteName
from experiments.cli.messages import typed_key


def as_list(value: object) -> object:
    """Turn a single name into a list."""
    return [value] if isinstance(value, str) else value


class Configuration(BaseModel):
    """Base of all configurations: unknown keys are errors, types are not converted, values are frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class BenchmarkConfiguration(Configuration):
    """Configuration of ``python -m experiments.benchmark``."""

    what: Literal["engine", "decision", "policy", "world_model"]
    policies: Policies
    rounds: int = Field(ge=3, le=99)
    round_seconds: float = Field(gt=0.0, le=60.0)
    num_worlds: int = Field(ge=1, le=4096)
    start_up: bool
    suite: SuiteName
    split: Literal["train", "validation", "test"]
    num_contents: int = Field(ge=2, le=1000)
    max_instances: int | None = Field(ge=1)
    allow: list[str]


class SuiteConfiguration(Configuration):
    """Configuration of ``python -m experiments.suite``."""

    suite: SuiteName
    check: bool
    split: Literal["train", "validation", "test"] | None
    max_instances: int | None = Field(ge=1)
    policies: Policies
    write: bool
    label: bool
    workers: int = Field(ge=1, le=256)
    output: str
    allow: list[str]

    @property
    def splits(self) -> tuple[str, ...]:
        """The chosen split, or all of them."""
        return ("train", "validation", "test") if self.split is None else (self.split,)


class ExplainConfiguration(Configuration):
    """Configuration of ``python -m experiments.explain_rules``."""

    policies: PolicyName
    allow: list[str]


class ReportConfiguration(Configuration):
    """Configuration of ``python -m experiments.report``."""

    records: Annotated[list[str], BeforeValidator(as_list)] = Field(min_length=1)
    output: str | None
    reference: str | None
    readme: str | None
    hero: str
    level: float = Field(gt=0.5, lt=1.0)
    num_resamples: int = Field(ge=100, le=100_000)


class TuneConfiguration(Configuration):
    """Configuration of ``python -m experiments.tune_rules``."""

    policies: PolicyName
    suite: SuiteName
    budget_decisions: int = Field(ge=10_000)
    instances_per_stratum: int = Field(ge=1, le=10_000)
    perception: bool
    seed: int = Field(ge=0)
    workers: int = Field(ge=1, le=256)
    log: str
    output: str
    allow: list[str]


Model = TypeVar("Model", bound=Configuration)


def validate(model: type[Model], values: dict[str, Any]) -> Model:
    """The checked configuration of a command, from the values that Hydra composed.

    Raises
    ------
    UserError
        One line that lists every problem: key, value, what is allowed.
    """
    _refuse_control_characters("", values)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UserError("; ".join(map(_describe, error.errors()))) from None


def _describe(item: ErrorDetails) -> str:
    """One problem that pydantic reports; a message of our own is whole already."""
    own = item.get("ctx", {}).get("error")
    if isinstance(own, UserError):
        return str(own)
    message = f"{item['msg'][0].lower()}{item['msg'][1:]}"
    return f"{_join(item['loc'])}: got {shown(item['input'])}, {message}"


def _join(place: Sequence[int | str]) -> str:
    """A key within keys as it is typed on the command line."""
    return ".".join([*(typed_key(str(key)) for key in place[:1]), *map(str, place[1:])])


def _refuse_control_characters(key: str, value: object) -> None:
    """Refuse text that cannot be the name of a file or that a terminal does not show."""
    if isinstance(value, dict):
        for name, item in value.items():
            _refuse_control_characters(f"{key}.{name}".lstrip("."), item)
    elif isinstance(value, list):
        for item in value:
            _refuse_control_characters(key, item)
    elif isinstance(value, str) and any(ord(letter) < ord(" ") for letter in value):
        raise UserError(f"{key}: got {shown(value)}, control characters are not allowed")
