"""Provenance of results: processor, load, versions, and the sources by commit and hash."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from experiments.store.run_folder import sources_hash

PACKAGES: Final = (
    "roadworld",
    "numpy",
    "numba",
    "torch",
    "gymnasium",
    "highway-env",
    "envpool",
    "scikit-learn",
)
"""Packages whose version affects a measurement."""

_PROCESSORS: Final = Path("/proc/cpuinfo")
_VECTOR_UNITS: Final = ("avx2", "avx512f", "asimd", "sve")


def machine() -> dict[str, Any]:
    """Processor, load and versions of this process, ready for JSON; ``None`` for what is not installed or not known."""
    described = _read_processor()
    return {
        "processor": described.get("model name") or platform.processor() or platform.machine(),
        "vector_units": [u for u in _VECTOR_UNITS if u in described.get("flags", "").split()],
        "cores": os.cpu_count(),
        "load_average": _load_average(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "commit": commit(),
        "sources": sources_hash(),
    }


def typed_command(name: str) -> str:
    """The command line of this process, as it can be typed again."""
    return shlex.join(["python", "-m", f"experiments.{name}", *sys.argv[1:]])


def describe_code() -> dict[str, str | None]:
    """Commit, version and hash of the sources; the hash is the same for a checkout and a wheel that is made of it."""
    return {
        "git_commit": commit(),
        "version": _version("roadworld"),
        "sources": sources_hash(),
    }


def commit() -> str:
    """The git commit of the sources, with ``-dirty`` if they were changed since; ``unknown`` outside a checkout.

    A wheel may be installed inside the checkout of another project, whose commit is not that of these sources.
    """
    root = Path(__file__).parents[2]
    found = []
    for arguments in (
        ("ls-files", "--error-unmatch", __file__),
        ("rev-parse", "HEAD"),
        ("status", "--porcelain", "--untracked-files=no"),
    ):
        try:
            done = subprocess.run(  # noqa: S603 (fixed arguments)
                ["git", *arguments],  # noqa: S607 (the user's own git)
                cwd=root,
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            return "unknown"
        found.append(done.stdout.strip())
    _, head, changes = found
    return f"{head}-dirty" if changes else head


def _load_average() -> float | None:
    """Processes that were ready to run in the last minute; ``None`` where the system does not count them."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _version(package: str) -> str | None:
    """Installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _read_processor() -> dict[str, str]:
    """Properties of the first processor, from Linux; empty on other systems."""
    if not _PROCESSORS.is_file():
        return {}
    first = _PROCESSORS.read_text(encoding="utf-8").split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {
        key.strip().lower().replace("features", "flags"): value.strip() for key, _, value in pairs
    }
