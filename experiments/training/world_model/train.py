"""Trains the world model: content classes and four parts; finished parts are kept if a run is killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch.utils.tensorboard import SummaryWriter

from envs.errors import UserError, describe_cause
from experiments.store.atomic import make_folder
from experiments.store.claim import TRAINING as CLAIM
from experiments.store.claim import claim
from experiments.store.progress import Progress, count
from experiments.store.provenance import describe_code, machine
from experiments.training.configuration import TrainConfiguration
from experiments.training.parts import learn_once
from experiments.training.world_model import data
from experiments.training.world_model.starts import all_emissions, make_starts
from experiments.training.world_model.validation import validate_model
from policies.world_model.dream.simulation.starts import FILE as STARTS
from policies.world_model.dream.simulation.starts import write_starts
from policies.world_model.estimation.content_classes import Book, Codebook
from policies.world_model.estimation.parameters import FilterNets
from policies.world_model.log.experience import data_hash, read_about
from policies.world_model.model import checkpoint
from policies.world_model.model.parameters import EmissionNets, EventNets, Learned, Transition
from policies.world_model.model.shapes import Sizes, template
from policies.world_model.training.fits.fit_emission import fit_emission
from policies.world_model.training.fits.fit_events import fit_events
from policies.world_model.training.fits.fit_filter import fit_filter
from policies.world_model.training.fits.fit_flat import fit_flat
from policies.world_model.training.fits.fit_loop import Training
from policies.world_model.training.fits.fit_transition import fit_transition

OTHERS: Final = {"model_free", "pixel_ppo", "dreamer_v3", "trees"}
"""Groups of settings of other learners."""

PARTS: Final = ("filter", "transition", "events", "emission")

EMISSION_ROWS: Final = 100_000
"""Decisions that the emission networks are trained on: few suffice, because observations follow simple rules."""


def train(config: TrainConfiguration) -> dict[str, Any]:
    """Train, or continue after the last finished part; the result describes the checkpoint.

    Raises
    ------
    UserError
        If there is no experience, or the folder holds a run of another configuration.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    _check_device(config.device)
    folder = Path(config.output)
    make_folder(folder)
    shards = data.list_all(config.experience)
    learn, held = data.split(shards, config.validation_share)
    values = config.model_dump(exclude=OTHERS) | {"data_sha256": data_hash(shards)}
    claim(folder / CLAIM, {key: value for key, value in values.items() if key != "output"})
    with SummaryWriter(str(folder / "tensorboard")) as writer:
        run = Run(folder, writer)
        learned, book = learn_parts(config, learn, held, run)
        measured = validate_model(learn, held, book, learned, config.stride, count("validation"))
        for name, value in measured.items():
            writer.add_scalar(f"validation/{name}", value, 0)
    rows = sum(read_about(path)["rows"] for path in shards)
    about = {
        "created_with": machine()["versions"] | describe_code(),
        "config": _told(values),
        "data": {"sha256": values["data_sha256"], "decisions": rows, "shards": len(shards)},
        "classes": list(book.names),
        "budget": {"environment_steps": rows, "cpu_seconds": round(sum(run.cpu_s.values()), 1)},
        "cpu_seconds": run.cpu_s,
        "validation": measured,
        "training_seed": config.seed,
    }
    if isinstance(book, Codebook):
        about["codebook"] = {"bodies": book.bodies.tolist(), "patches": book.patches.tolist()}
    checkpoint.save(folder, learned, about)
    if not config.flat_hidden:
        # dreams need the factored networks
        write_starts(folder / STARTS, make_starts(held, learned, book.names, config.seed))
    return about


def learn_parts(
    config: TrainConfiguration, learn: list[Path], held: list[Path], run: Run
) -> tuple[Learned, Book]:
    """Train the content classes, then the other parts in the order of their dependence.

    Parameters
    ----------
    config
        Settings; if they are not privileged, nothing hidden in the log has any influence.
    learn, held
        Shards for training, and those for calibration.
    run
        Progress, and the parts that are finished.
    """
    find = data.fit_classes if config.privileged else data.find_classes
    book: Book = find(learn, config.seed)
    nets = run.part("filter", _like().filter, lambda: _filter(config, learn, book, run))
    moves = run.part(
        "transition", _like().transition, lambda: _transition(config, learn, book, run)
    )
    events = run.part(
        "events", _like().events, lambda: _events(config, learn, held, book, moves, run)
    )
    sights = run.part("emission", _like().emission, lambda: _emission(config, learn, book, run))
    return Learned(nets, moves, events, sights), book


def describe(about: Mapping[str, Any]) -> str:
    """Describe a checkpoint in a few lines."""
    lines = [
        f"{about['data']['decisions']:,} decisions, {about['budget']['cpu_seconds']:.0f} CPU-s"
    ]
    lines += [f"{name:32s}{value:12.4g}" for name, value in about["validation"].items()]
    return "\n".join(lines) + "\n"


def _filter(config: TrainConfiguration, learn: list[Path], book: Book, run: Run) -> FilterNets:
    tracks = data.all_tracks(learn, book, count("tracks"))
    return fit_filter(tracks, config.look_dropout, _how(config, run, "filter"))


def _transition(config: TrainConfiguration, learn: list[Path], book: Book, run: Run) -> Transition:
    drawn = (learn, book, config.rows, config.seed, count("transitions"))
    how = _how(config, run, "transition")
    if config.flat_hidden:
        return fit_flat(data.all_flat_rows(*drawn), config.flat_hidden, how)
    return fit_transition(data.all_transitions(*drawn), how)


def _events(
    config: TrainConfiguration,
    learn: list[Path],
    held: list[Path],
    book: Book,
    moves: Transition,
    run: Run,
) -> EventNets:
    known = data.all_events(learn, book, moves, config.stride, count("imagined rollouts"))
    other = data.all_events(held, book, moves, config.stride, count("held out"))
    return fit_events(known, other, book.middles, _how(config, run, "events"))


def _emission(config: TrainConfiguration, learn: list[Path], book: Book, run: Run) -> EmissionNets:
    rows = all_emissions(learn, book, EMISSION_ROWS, config.seed, count("emissions"))
    return fit_emission(rows, _how(config, run, "emission"))


def _how(config: TrainConfiguration, run: Run, name: str) -> Training:
    """How the networks of a name are trained."""
    updates: int = getattr(config.updates, name)
    return Training(config.members, updates, config.seed, config.device, run.report(name))


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Configuration for a checkpoint's description: without folders of this machine, with a hash of the data."""
    told = {k: v for k, v in values.items() if k not in {"output", "data_sha256"}}
    return told | {"experience": [Path(name).name for name in values["experience"]]}


def _check_device(device: str) -> None:
    """Raise an error if torch does not support the device."""
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"device: got {device!r}: {describe_cause(error)}") from None


def _like() -> Learned:
    """Zeroed parameters with the names of all arrays; their shapes do not matter."""
    return template(Sizes(1, 1, 1, 1, 1, 1, 1, 1, 0))


class Run:
    """Progress of a training, and its finished parts."""

    def __init__(self, folder: Path, writer: SummaryWriter) -> None:
        self._folder, self._writer = folder, writer
        self._shown: Progress | None = None
        self.cpu_s: dict[str, float] = {}

    def part(self, name: str, like: Any, make: Callable[[], Any]) -> Any:  # noqa: ANN401 (named tuples of arrays)
        """Read a finished part, or train it."""

        def learn() -> tuple[Any, dict[str, float]]:
            start = time.process_time()
            made = make()
            if self._shown is not None:
                self._shown.close()
            return made, {"cpu_seconds": round(time.process_time() - start, 1)}

        made, about = learn_once(self._folder, f"part_{name}", like, learn)
        self.cpu_s[name] = about["cpu_seconds"]
        return made

    def report(self, name: str) -> Callable[[int, int, float], None]:
        """Show the loss, and write it for TensorBoard."""
        shown = self._shown = Progress(name, unit="updates")
        networks = 0

        def report(update: int, total: int, loss: float) -> None:
            nonlocal networks
            # the next network of this part counts anew
            networks += update <= shown.done
            shown.reach(update, total, f"loss {loss:.4f}")
            self._writer.add_scalar(f"{name}/loss_{networks}", loss, update)

        return report
