"""Kinds of policies: what their files say decides, and every shipped policy has one."""

from pathlib import Path

import conf
from experiments.evaluation.entrants import Entrant
from experiments.presentation.figures.style import KIND_COLOURS
from experiments.presentation.summaries.kinds import (
    CONSTANT,
    KINDS,
    LEARNED,
    MODEL,
    ORACLE,
    OTHER,
    PLANNER,
    RULES,
    find_kinds,
)

FOLDER = Path(conf.__file__).parent / "policy"
SHIPPED = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


def test_every_shipped_policy_has_a_kind():
    kinds = find_kinds({name: Entrant() for name in SHIPPED}, SHIPPED)
    assert OTHER not in kinds.values()
    assert kinds["rule_tuned_perception"] == RULES
    assert kinds["world_model"] == kinds["world_model_shielded"] == MODEL
    assert kinds["keep"] == CONSTANT
    assert kinds["constant_velocity"] == PLANNER
    assert kinds["qr_dqn"] == LEARNED


def test_what_a_policy_may_see_decides_before_its_file():
    entrants = {"a": Entrant(is_privileged=True), "b": Entrant(is_floor=True), "c": Entrant()}
    rules = "_target_: policies.rule.RulePolicy\n"
    assert find_kinds(entrants, dict.fromkeys(entrants, rules)) == {
        "a": ORACLE,
        "b": CONSTANT,
        "c": RULES,
    }
    mine = "_target_: my_package.Mine\n"
    assert find_kinds(entrants, {"a": None, "c": mine}) == {"a": ORACLE, "b": CONSTANT, "c": OTHER}


def test_at_most_eight_colours_and_none_twice():
    # the eighth marks what misses a limit
    assert tuple(KIND_COLOURS) == KINDS
    assert len(set(KIND_COLOURS.values())) == len(KINDS) <= 7
