"""The policy file of tuned rules: thresholds, and how they were found."""

from __future__ import annotations

from pathlib import Path

from envs.scenario.suite import EPISODE_CAP_USD
from experiments.store.atomic import make_folder, write_text
from experiments.store.provenance import describe_code
from experiments.training.rules import NUISANCE_USD, Tuned


def describe(found: Tuned) -> str:
    """Describe the result in two lines."""
    return (
        f"{found.decisions:,} environment steps, {found.generations} generations\n"
        f"validation: objective {found.before['objective']:,.0f} -> {found.after['objective']:,.0f}, "
        f"mean cost {found.before['mean_usd']:,.0f} -> {found.after['mean_usd']:,.0f} US$\n"
    )


def write_policy(path: Path, found: Tuned, begun_with: str) -> None:
    """Write a policy file with the tuned thresholds and their origin; ``begun_with`` is the original policy."""
    code = describe_code()
    name = "rule_tuned_perception" if found.perception else "rule_tuned"
    reads = "filtered tracks" if found.perception else "the measurements"
    perception = " perception=true" if found.perception else ""
    head = [
        f"# {name}: the rules of {begun_with} on {reads}, thresholds tuned by CMA-ES",
        f"# python -m experiments.tune_rules seed={found.seed} budget_decisions={found.budget}{perception}",
        f"# minimised: mean cost, every episode capped at {EPISODE_CAP_USD:,.0f} US$, plus {NUISANCE_USD:,.0f} US$",
        "# for hard braking in an episode of the stratum phantom",
        f"# {found.decisions} environment steps, {found.generations} generations, seed {found.seed}; train seeds of",
        f"# the suite, sha256 {found.suite_sha256['train']};",
        f"# chosen on its validation seeds, sha256 {found.suite_sha256['validation']}:",
        f"# objective (capped) {found.before['objective']:.1f} -> {found.after['objective']:.1f}, uncapped mean cost "
        f"{found.before['mean_usd']:.1f} -> {found.after['mean_usd']:.1f} US$",
        f"# roadworld {code['version']}, commit {code['git_commit']}, sources {code['sources']}",
        "_target_: policies.rule.RulePolicy",
        f"environment_steps: {found.decisions}",
        f"cpu_seconds: {found.cpu_s:.1f}",
        f"perception: {str(found.perception).lower()}",
        "thresholds:",
    ]
    lines = [f"  {name}: {value:.4g}" for name, value in found.thresholds.items()]
    make_folder(path.parent)
    write_text(path, "\n".join([*head, *lines]) + "\n")
