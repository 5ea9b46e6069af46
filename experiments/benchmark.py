"""Measure `what=engine` speed, `decision` value, `policy` latency, or the `world_model`'s latency and cost."""

from __future__ import annotations

from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the benchmark that ``what`` names; its imports follow after the configuration has been checked."""
    from experiments.cli.configuration import BenchmarkConfiguration, config_path, validate

    c = validate(BenchmarkConfiguration, values)
    suite, split, most = config_path("suite", c.suite), c.split, c.max_instances
    if c.what == "engine":
        from experiments.benchmarks import engine

        engine.run(c.rounds, c.round_seconds, c.num_worlds, start_up=c.start_up)
    elif c.what == "policy":
        from experiments.benchmarks import latency
        from experiments.evaluation.run import choose_policies

        latency.run(suite, split, choose_policies(c.policies), most)
    elif c.what == "world_model":
        from experiments.benchmarks import world_model

        world_model.run(suite, split, most)
    else:
        from experiments.benchmarks import decision

        decision.run(suite, split, c.num_contents, most)


COMMAND = Command(_run, groups=("suite",), config_name="benchmark")


if __name__ == "__main__":
    COMMAND.run()
