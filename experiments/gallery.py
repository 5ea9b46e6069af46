"""Draw object types as the driver sees them: one sheet per type, in every light and weather, at several distances."""

from __future__ import annotations

import sys
from typing import Any

from experiments.cli.application import Command


def _run(values: dict[str, Any]) -> None:
    """Run the command with the values that Hydra composed."""
    from experiments.cli.configuration import validate
    from experiments.video.gallery.configuration import GalleryConfiguration
    from experiments.video.gallery.job import choose_objects, draw_gallery, open_run

    config = validate(GalleryConfiguration, values)
    objects = choose_objects(config)
    with open_run(config) as folder:
        paths = draw_gallery(config, objects, folder.path)
        folder.finish()
    for path in paths:
        sys.stdout.write(f"{path}\n")


COMMAND = Command(_run, config_name="gallery")


if __name__ == "__main__":
    COMMAND.run()
