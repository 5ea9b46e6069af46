"""The sources of machine code are found by themselves, and an edit in any of them is compiled anew."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config
from numba.core.dispatcher import Dispatcher

from envs.cache import sources_hash
from envs.compiled_sources import PACKAGES, Source, find_compiled, read_sources, with_imports

ROOT = Path(__file__).parents[3]

DECORATORS = "from numba import njit as _jit\n\n\ndef fast(function):\n    return _jit(cache=True)(function)\n"
FUNCTION = "\n\n{}\ndef add(a, b):\n    return a + b + {}\n"

ONLY_COMPILED = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")

PROBED = (
    "envs.specification.episode",
    "policies.reactive.command",
    "policies.networks.compiled",
    "policies.world_model.model.actor_features",
    "policies.world_model.dream.simulation.motion",
)


def write(root, **files):
    """A tree with these files below ``policies``; ``__`` in a name stands for a folder."""
    for package in PACKAGES:
        (root / package).mkdir(exist_ok=True)
    for name, text in files.items():
        path = root / "policies" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def compiled_in(root):
    return find_compiled(read_sources(root))


def copy_of_sources(folder):
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__", "results", "shipped*"),
        )
    return folder


@ONLY_COMPILED
def test_every_module_that_holds_a_compiled_function_is_found():
    sources = read_sources(ROOT)
    holders = {
        name
        for name in sources
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == name
    }
    assert len(holders) > 50
    assert holders <= find_compiled(sources)


def test_commands_and_families_are_no_part_of_machine_code():
    sources = read_sources(ROOT)
    found = with_imports(find_compiled(sources), sources)
    unrelated = ("experiments.evaluate", "envs.scenario.families.wake", "envs.highway.env", "envs")
    assert found.isdisjoint(unrelated)
    assert len(found) < len(sources) / 3


@pytest.mark.parametrize(
    ("head", "decorator"),
    [
        ("import numba as nb\n", "@nb.njit"),
        ("from numba import vectorize\n", "@vectorize"),
        ("from numba.extending import register_jitable as r\n", "@r"),
        ("from policies.decorators import fast\n", "@fast"),
        ("from policies.decorators import (\n    fast as quick,  # )\n)\n", "@quick"),
        ("from policies import decorators\n", "@decorators.fast"),
        ("import policies.decorators\n", "@policies.decorators.fast"),
        ("from policies.sub.named import faster\n", "@faster"),
    ],
)
def test_new_module_is_found_however_its_decorator_is_imported(tmp_path, head, decorator):
    renamed = "from policies.decorators import fast\n\nfaster = fast\n"
    wrapped = "from policies.decorators import fast\n\n\ndef faster(function):\n    return fast(function)\n"
    write(tmp_path, decorators=DECORATORS, sub__named=wrapped if "named" in head else renamed)
    before = compiled_in(tmp_path)
    write(tmp_path, new=head + FUNCTION.format(decorator, 1))
    assert compiled_in(tmp_path) - before == {"policies.new"}


def test_module_that_only_mentions_or_calls_compiled_code_is_not_found(tmp_path):
    write(
        tmp_path,
        decorators=DECORATORS,
        kernel="from policies.decorators import fast\n" + FUNCTION.format("@fast", 1),
        docs='"""Everything here is compiled by numba, by njit (see policies.decorators)."""\n',
        caller="from policies.kernel import add\n\nTHREE = add(1, 1)\n",
    )
    assert compiled_in(tmp_path) == {"policies.decorators", "policies.kernel"}


def test_constants_count_through_two_imports(tmp_path):
    write(
        tmp_path,
        kernel="from numba import njit\nfrom policies.sizes import SIZE\n"
        + FUNCTION.format("@njit", "SIZE"),
        sizes="from policies.sub.units import UNIT\n\nSIZE = 2 * UNIT\n",
        sub__units="UNIT = 3\n",
        unrelated="UNIT = 4\n",
    )
    sources = read_sources(tmp_path)
    assert with_imports(find_compiled(sources), sources) == {
        "policies.kernel",
        "policies.sizes",
        "policies.sub.units",
    }


def test_edit_of_any_compiled_module_changes_the_hash_and_of_others_does_not(tmp_path):
    sources = read_sources(ROOT)
    before = sources_hash(sources)
    found = with_imports(find_compiled(sources), sources)
    for name in (*sorted(found), "experiments.evaluate"):
        edited = tmp_path / "edited.py"
        edited.write_bytes(sources[name].content + b"\nEDITED = 1\n")
        after = sources_hash(sources | {name: Source(edited)})
        assert (after != before) == (name in found), name


def probe(root):
    """What compiled code that holds one constant of each probed module returns."""
    environment = {k: x for k, x in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    environment |= {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(root / "cache")}
    program = "import envs; from policies.probe import probe; print(*probe())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    return [int(word) for word in done.stdout.split()]


@ONLY_COMPILED
def test_compiled_code_sees_new_constants_of_other_modules(tmp_path):
    root = copy_of_sources(tmp_path)
    sources = read_sources(root)
    lines = ["from envs.physics.compilation import compiled"]
    for k, name in enumerate(PROBED):
        sources[name].path.write_bytes(sources[name].content + b"\nPROBE = 1\n")
        lines.append(f"from {name} import PROBE as P{k}")
    values = ", ".join(f"P{k}" for k in range(len(PROBED)))
    lines.append(f"\n\n@compiled\ndef probe():\n    return {values}\n")
    write(root, probe="\n".join(lines))
    expected = [1] * len(PROBED)
    assert probe(root) == expected
    for k, name in enumerate(PROBED):
        sources[name].path.write_bytes(sources[name].content + b"\nPROBE = 2\n")
        expected[k] = 2
        assert probe(root) == expected, name
