"""Measure `what=engine` speed, `decision` value, `policy` latency, or the `world_model`'s latency and cost."""

from __future__ import annotations

from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the benchmark that ``what`` names; its imports follow after the configuration has been checked."""
    from envs.scenario.suite import load_suite
    from experiments.cli.configuration import BenchmarkConfiguration, validate
    from experiments.cli.locations import locate

    c = validate(BenchmarkConfiguration, values)
    suite = load_suite(locate("suite", c.suite), c.allow)
    split, most = c.split, c.max_instances
    if c.what == "engine":
        from experiments.benchmarks import engine

        engine.run(c.rounds, c.round_seconds, c.num_worlds, start_up=c.start_up)
    elif c.what == "policy":
        from experiments.benchmarks import latency
        from experiments.cli.loading import load_policy
        from experiments.cli.locations import name_of
        from experiments.evaluation.run import choose_policies

        names = choose_policies(c.policies)
        loaded = [(name_of(name), load_policy(name, c.allow)) for name in names]
        latency.run(suite, split, loaded, most)
    elif c.what == "world_model":
        from experiments.benchmarks import world_model

        world_model.run(suite, split, most)
    else:
        from experiments.benchmarks import decision

        decision.run(suite, split, c.num_contents, most)


COMMAND = Command(_run, config_name="benchmark")


if __name__ == "__main__":
    COMMAND.run()
