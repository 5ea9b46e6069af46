"""The folder of compiled machine code, keyed by a hash of every source file that can be compiled.

Numba's own cache looks at the caller's file only: after a change in a function of another module, or of a constant,
it would run old physics. So the folder's name carries a hash over all sources that are compiled; a change anywhere
compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

VARIABLE: Final = "NUMBA_CACHE_DIR"


COMPILED: Final = (
    "envs/specification",
    "envs/physics",
    "envs/cost",
    "envs/sensing",
    "envs/world",
    "envs/batched",
    "policies/planning",
    "policies/constant_velocity",
    "policies/world_model",
    "policies/networks",
    "experiments/training/collection",
)
"""Folders, and below files, whose code or constants end up in machine code. Those of other packages are only read here,
never imported."""

COMPILED_FILES: Final = ("envs/action.py", "envs/observation.py", "policies/following.py")


def sources_hash() -> str:
    """Hash over names and contents of all sources that are compiled, and the versions of the compiler."""
    root = Path(__file__).parents[1]
    paths = [path for folder in COMPILED for path in (root / folder).rglob("*.py")]
    paths += [root / name for name in COMPILED_FILES]
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    for package in ("numba", "llvmlite", "numpy"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:16]


def user_cache() -> Path:
    """The user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def use_own_cache() -> None:
    """Point Numba at the folder of these sources unless the user chose one; Intel's vector math library off.

    Notes
    -----
    That library has other last bits than the system's; results must not depend on whether it is installed.
    """
    os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")
    if VARIABLE in os.environ:
        return
    os.environ[VARIABLE] = str(user_cache() / "roadworld" / sources_hash())
    if "numba" in sys.modules:
        # it has read the environment already
        sys.modules["numba"].config.CACHE_DIR = os.environ[VARIABLE]


@cache
def announce_cold_start() -> None:
    """Print once per process, on stderr, that kernels will be compiled, if the cache folder is empty."""
    if not any(Path(os.environ[VARIABLE]).rglob("*.nbi")):
        sys.stderr.write(
            "roadworld: compiling kernels, half a minute or more, once per machine and version\n"
        )
