"""Compare policies on a suite: cost differences with intervals, verdicts, tables, figures and a result page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from experiments.cli.application import Command

if TYPE_CHECKING:
    from experiments.studies.headline.configuration import CompareConfiguration


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.evaluation import run as evaluation
    from experiments.presentation.highlights import show_highlights
    from experiments.presentation.joining.source import Source
    from experiments.presentation.publish import (
        choose_reference,
        main_records,
        publish,
        summarise_source,
    )
    from experiments.studies.headline.configuration import CompareConfiguration

    config = validate(CompareConfiguration, values)
    if config.experiment is not None:
        _run_experiment(config)
        return
    plan = evaluation.prepare("compare", config)
    reference = choose_reference(config.reference, plan.names)
    with evaluation.open_run(plan) as folder:
        done = evaluation.execute(plan, folder.path)
        source = Source(done.table, plan.entrants, list(plan.suite.strata), done.provenance)
        summaries = summarise_source(source, reference, config.level, config.num_resamples)
        summary = next(iter(summaries.values()))
        show_highlights(
            plan,
            summary,
            main_records(done.table),
            folder.path,
            num_videos=config.num_videos,
            num_replays=config.num_replays,
        )
        published = publish(folder.path, source, summaries)
        sys.stdout.write(published.text)
        evaluation.discard_shards(folder.path)
        folder.finish()
    sys.stdout.write(f"\nrecords {done.provenance['records_sha256']}\n{published.page}\n")


def _run_experiment(config: CompareConfiguration) -> None:
    """Run everything that a planned experiment trains, tunes and drives."""
    from experiments.presentation.publish import publish, summarise_source
    from experiments.studies.headline.run import run_experiment

    source, folder = run_experiment(config)
    summaries = summarise_source(source, config.reference, config.level, config.num_resamples)
    published = publish(folder, source, summaries)
    sys.stdout.write(f"{published.text}\nrecords {source.provenance['records_sha256']}\n")
    sys.stdout.write(f"{published.page}\n")


COMMAND = Command(_run, config_name="compare")


if __name__ == "__main__":
    COMMAND.run()
