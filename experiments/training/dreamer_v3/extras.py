"""Checks whether sheeprl, which trains DreamerV3, is installed; importing it would take seconds."""

from __future__ import annotations

import importlib.util
from typing import Final

HOW_TO_INSTALL: Final = '.venv/bin/python -m pip install -e ".[dreamer]"'


def is_available(package: str = "sheeprl") -> bool:
    """Whether a package is installed; a folder of that name alone does not count."""
    found = importlib.util.find_spec(package)
    return found is not None and found.origin is not None
