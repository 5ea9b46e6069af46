"""Measure `what=engine` speed, `decision` value, `policy` latency, or the `world_model`'s latency and cost."""

from __future__ import annotations

from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the benchmark that ``what`` names; its imports follow after the configuration has been checked."""
    from experiments.cli.configuration import BenchmarkConfiguration, config_path, validate

    checked = validate(BenchmarkConfiguration, values)
    if checked.what == "engine":
        from experiments.benchmarks import engine as engine_benchmark

        engine_benchmark.run(
            rounds=checked.rounds,
            round_seconds=checked.round_seconds,
            num_worlds=checked.num_worlds,
            start_up=checked.start_up,
        )
    elif checked.what == "policy":
        from experiments.benchmarks import latency as latency_benchmark
        from experiments.evaluation.run import choose_policies

        latency_benchmark.run(
            config_path("suite", checked.suite),
            split=checked.split,
            policies=choose_policies(checked.policies),
            max_instances=checked.max_instances,
        )
    elif checked.what == "world_model":
        from experiments.benchmarks import world_model as world_model_benchmark

        world_model_benchmark.run(
            config_path("suite", checked.suite),
            split=checked.split,
            max_instances=checked.max_instances,
        )
    else:
        from experiments.benchmarks import decision as decision_benchmark

        decision_benchmark.run(
            config_path("suite", checked.suite),
            split=checked.split,
            num_contents=checked.num_contents,
            max_instances=checked.max_instances,
        )


COMMAND = Command(_run, groups=("suite",), config_name="benchmark")


if __name__ == "__main__":
    COMMAND.run()
