"""The folder of compiled machine code, keyed by a hash of every source file that ends up in it.

Numba's own cache looks at the caller's file only: after a change in a function of another module, or of a constant,
it would run old physics. So the folder's name carries a hash over all sources that are compiled; a change anywhere
compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from envs.compiled_sources import Source, find_compiled, read_sources, with_imports

VARIABLE: Final = "NUMBA_CACHE_DIR"


def sources_hash(sources: Mapping[str, Source]) -> str:
    """Hash over names and contents of all modules that end up in machine code, and over the compiler's versions."""
    digest = hashlib.sha256()
    for module in sorted(with_imports(find_compiled(sources), sources)):
        digest.update(module.encode())
        digest.update(sources[module].content)
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
    sources = read_sources(Path(__file__).parents[1])
    os.environ[VARIABLE] = str(user_cache() / "roadworld" / sources_hash(sources))
    if "numba" in sys.modules:
        # it has read the environment already
        sys.modules["numba"].config.CACHE_DIR = os.environ[VARIABLE]
