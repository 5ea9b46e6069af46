"""Who is better, by how much, how sure: policies through a suite, tables, verdicts, figures and a page."""

from __future__ import annotations

import json
import sys
from typing import Any

import hydra
from omegaconf import DictConfig

from experiments.application import Command


def _run(values: dict[str, Any]) -> None:
    """The body."""
    from envs.errors import not_allowed
    from experiments import evaluation
    from experiments.atomic import write_text
    from experiments.configuration import validate
    from experiments.highlights import film_highlights
    from experiments.page.figures import draw_all
    from experiments.page.page import write_page
    from experiments.summary import summarise
    from experiments.table_text import markdown, render, to_plain

    config = validate(evaluation.CompareConfiguration, values)
    plan = evaluation.prepare("compare", config)
    usual = evaluation.USUAL_REFERENCE
    reference = config.reference or (usual if usual in plan.names else plan.names[0])
    if reference not in plan.names:
        raise not_allowed("reference", reference, plan.names)
    with evaluation.open_run(plan) as folder:
        done = evaluation.execute(plan, folder.path)
        summary = summarise(
            done.table,
            plan.entrants,
            strata=list(plan.suite.strata),
            reference=reference,
            level=config.level,
            num_resamples=config.num_resamples,
        )
        text = render(summary)
        write_text(folder.path / "table.txt", text)
        write_text(folder.path / "table.md", markdown(summary))
        write_text(folder.path / "summary.json", json.dumps(to_plain(summary), indent=2) + "\n")
        drawn = draw_all(summary, done.table, folder.path / "figures")
        sys.stdout.write(text)
        videos = film_highlights(
            plan, summary, done.table, reference, folder.path, config.num_videos
        )
        write_page(folder.path, summary, drawn, done.provenance, videos)
        evaluation.discard_shards(folder.path)
        folder.finish()
    sys.stdout.write(
        f"\nrecords {done.provenance['records_sha256']}\n{folder.path / 'index.html'}\n"
    )


COMMAND = Command(_run, groups=("suite", "cost"), config_name="compare")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="compare")
def main(config: DictConfig) -> None:
    """Compare what was asked for."""
    COMMAND(config)


if __name__ == "__main__":
    COMMAND.run(main)
