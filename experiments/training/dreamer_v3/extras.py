"""Whether sheeprl, which trains DreamerV3, is there: asked without importing it, which takes seconds."""

from __future__ import annotations

import importlib.util
from typing import Final

HOW_TO_INSTALL: Final = '.venv/bin/python -m pip install -e ".[dreamer]"'


def is_available(package: str = "sheeprl") -> bool:
    """Whether a package is installed; a folder that happens to have its name is none."""
    found = importlib.util.find_spec(package)
    return found is not None and found.origin is not None
