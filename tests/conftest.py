"""Settings shared by every test."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import settings

# No deadline: the first call of a kernel compiles it, which takes about a second.
settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=5_000)
settings.register_profile(
    "mutation", deadline=None, max_examples=25, derandomize=True, database=None
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

collect_ignore = ["without_posix"]
"""Removes names from the process that imports it, and has no tests."""


def pytest_configure() -> None:
    """With ``WITHOUT_POSIX=1``, remove what only POSIX systems have, here and in every Python that a test starts."""
    if os.environ.get("WITHOUT_POSIX") != "1":
        return
    folder = Path(__file__).parent / "without_posix"
    sys.path.insert(0, str(folder))
    start = subprocess.Popen.__init__

    def start_without(self, *arguments, env=None, **options):
        env = dict(os.environ if env is None else env)
        env["PYTHONPATH"] = os.pathsep.join([str(folder), env.get("PYTHONPATH", "")])
        start(self, *arguments, env=env, **options)

    subprocess.Popen.__init__ = start_without
    sys.modules.pop("sitecustomize", None)
    importlib.import_module("sitecustomize")
