"""Run the checks of the camera on its uncompiled code with one text of it replaced: ``mutate.py MODULE OLD NEW``.

Prints the name of the first check that fails, or ``missed``. With equal texts nothing is changed.
"""

import os
import sys
from importlib.machinery import SourceFileLoader


def replace_source(module, old, new):
    """Make imports see the text of one module of the camera with the first ``old`` replaced."""
    plain = SourceFileLoader.get_data
    stem = module.rpartition(".")[2]

    def get_data(self, path):
        is_it = f"camera{os.sep}" in path and os.path.basename(path).startswith(f"{stem}.")  # noqa: PTH119
        if is_it and path.endswith(".pyc"):
            raise OSError(path)
        data = plain(self, path)
        if not is_it:
            return data
        if old.encode() not in data:
            raise SystemExit(f"{path}: does not contain {old!r}")
        return data.replace(old.encode(), new.encode(), 1)

    SourceFileLoader.get_data = get_data


def main():
    """Run all checks on the changed code."""
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    sys.dont_write_bytecode = True
    replace_source(*sys.argv[1:])
    import numpy as np

    from envs.camera import render
    from tests.unit.envs.camera.checks import ALL

    # elements of plain record arrays have no attributes outside compiled code
    render.LAYOUT = np.dtype((np.record, render.LAYOUT))

    for check, arguments in ALL:
        try:
            check(*arguments)
        except (AssertionError, IndexError, ValueError, ZeroDivisionError):
            sys.stdout.write(check.__name__)
            return
    sys.stdout.write("missed")


if __name__ == "__main__":
    main()
