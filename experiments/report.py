"""Make the result page from the records of one run, or of several runs of the same instances."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import ReportConfiguration, validate
    from experiments.presentation.joining.gather import gather
    from experiments.presentation.publish import main_records, publish, summarise_source
    from experiments.presentation.text.readme import describe_source, make_block, write_block
    from experiments.store.atomic import make_folder
    from experiments.store.manifest import read_manifest, write_manifest

    config = validate(ReportConfiguration, values)
    places = [Path(name) for name in config.records]
    source = gather(places)
    summaries = summarise_source(source, config.reference, config.level, config.num_resamples)
    folders = [place.parent if place.is_file() else place for place in places]
    folder = folders[0] if config.output is None else Path(config.output)
    make_folder(folder)
    _say_what_stays(folders, folder)
    if config.readme is not None:
        block = make_block(
            next(iter(summaries.values())),
            main_records(source.table),
            describe_source(source),
            config.hero,
            config.num_resamples,
        )
        write_block(Path(config.readme), block)
    published = publish(folder, source, summaries)
    if read_manifest(folder):
        write_manifest(folder)
    sys.stdout.write(f"{published.text}\n{published.page}\n")


def _say_what_stays(folders: Sequence[Path], page: Path) -> None:
    """Say on stderr which films and replays the page in another folder does not show."""
    from experiments.presentation.page.cards import REPLAYS, VIDEOS

    for folder in folders:
        for name in (VIDEOS, REPLAYS):
            if (folder / name).is_dir() and folder.resolve() != page.resolve():
                sys.stderr.write(
                    f"left out: {folder / name}: a page shows what is in its own folder, {page}\n"
                )


COMMAND = Command(_run, config_name="report")


if __name__ == "__main__":
    COMMAND.run()
