"""Whether sheeprl, which trains DreamerV3, is there: asked without importing it, which takes seconds."""

from __future__ import annotations

import importlib.util
from typing import Final

HOW_TO_INSTALL: Final = '.venv/bin/python -m pip install -e ".[dreamer]"'


def is_available() -> bool:
    """Whether it is installed."""
    return importlib.util.find_spec("sheeprl") is not None
