"""Makes the gallery of a checked configuration."""

from __future__ import annotations

from pathlib import Path

from envs.debris.catalogue import load_catalogue
from envs.debris.specification import DebrisSpec
from envs.errors import not_allowed
from experiments.cli.ingredients import list_ingredients
from experiments.store import run_folder
from experiments.store.progress import watch
from experiments.store.run_folder import RunFolder
from experiments.video.encode import write_png
from experiments.video.gallery.configuration import GalleryConfiguration
from experiments.video.gallery.sheets import draw_overview, draw_sheet


def choose_objects(config: GalleryConfiguration) -> list[DebrisSpec]:
    """The object types to draw; an unknown name or a malformed object file is an error of one line."""
    catalogue = load_catalogue(config.catalogue_dirs)
    names = sorted(catalogue) if config.object is None else config.object
    for name in names:
        if name not in catalogue:
            raise not_allowed("object", name, sorted(catalogue))
    return [catalogue[name] for name in names]


def open_run(config: GalleryConfiguration) -> RunFolder:
    """The folder of the run."""
    values = {key: value for key, value in config.model_dump().items() if key != "output"}
    files = list_ingredients(catalogue_dirs=config.catalogue_dirs)
    return run_folder.open_run("gallery", config.output, values, files)


def draw_gallery(
    config: GalleryConfiguration, objects: list[DebrisSpec], folder: Path
) -> list[Path]:
    """Draw the sheets, or the overview alone; returns the files."""
    if config.overview:
        path = folder / "gallery.png"
        write_png(path, draw_overview(objects, config.seed))
        return [path]
    paths = []
    for spec in watch(objects, "drawing", len(objects), "objects"):
        paths.append(folder / f"{spec.name}.png")
        write_png(paths[-1], draw_sheet(spec, config.seed, config.distances_m))
    return paths
