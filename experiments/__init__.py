"""Commands that collect, train, evaluate, compare and report; the only package that uses Hydra.

Here belong files, processes, records, statistics, pages and videos. Not here: what a world or a
policy does (``envs``, ``policies``).
"""

import importlib.util
import sys
from pathlib import Path


def _find_foreign() -> str | None:
    """A message if a file of the working folder has the name of one of this project's packages."""
    root = Path(__file__).parents[1]
    for name in ("envs", "policies", "conf"):
        spec, ours = importlib.util.find_spec(name), root / name / "__init__.py"
        place = Path((spec and spec.origin) or root)
        if place.is_file() and ours.is_file() and place.resolve() != ours.resolve():
            return f"{name!r} is {place}, not roadworld's: rename it or run from another folder"
    return None


_foreign = _find_foreign()
if _foreign and sys.argv[:1] == ["-m"]:  # Python is looking for a command
    sys.stderr.write(f"error: {_foreign}\n")
    raise SystemExit(2)
if _foreign:
    raise ImportError(_foreign)
