"""The folder of compiled machine code, keyed by a hash of every source file that can be compiled.

Numba's own cache looks at the caller's file only: after a change in a function of another module, or of a constant, it
would run old physics. So the folder's name carries a hash over all sources of ``envs``; a change anywhere compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

VARIABLE: Final = "NUMBA_CACHE_DIR"


def sources_hash() -> str:
    """Hash over names and contents of all Python files of this package, and the versions of the compiler."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    for package in ("numba", "llvmlite", "numpy"):
        try:
            digest.update(version(package).encode())
        except PackageNotFoundError:
            digest.update(b"absent")
    return digest.hexdigest()[:16]


def user_cache() -> Path:
    """The user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def use_own_cache() -> None:
    """Point Numba at the folder of these sources, unless it has been imported or told otherwise; SVML off.

    Notes
    -----
    Intel's vector library has other last bits than the system's; results must not depend on whether it is installed.
    """
    os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")
    if VARIABLE not in os.environ and "numba" not in sys.modules:
        os.environ[VARIABLE] = str(user_cache() / "roadworld" / sources_hash())


def is_cold() -> bool:
    """Has nothing been compiled into the cache folder yet?"""
    folder = os.environ.get(VARIABLE)
    return folder is not None and not any(Path(folder).rglob("*.nbi"))
