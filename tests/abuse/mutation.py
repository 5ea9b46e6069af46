"""How many small faults in the physics, the cost and the statistics their own unit tests notice.

``python tests/abuse/mutation.py --sample 300 --seed 1 --output build/mutation.md``

One fault at a time is put into the source of a module (``OPERATORS`` below), and the unit tests of its package run in a
fork of this process until the first one fails. Kernels run as Python (``NUMBA_DISABLE_JIT=1``): compiling each mutant
would take minutes, and mutmut was not tried. A mutant that no test notices is printed with its
place; the known ones stand with their reasons in ``SURVIVORS.md``.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

PACKAGES = {
    "envs.physics": ("tests/unit/envs/physics",),
    "envs.cost": ("tests/unit/envs/cost",),
    "experiments.stats": ("tests/unit/experiments/stats",),
}
"""What is mutated, and the tests that must notice."""

DESELECTED = (
    # starts processes, in which there is no mutant
    "tests/unit/envs/physics/test_counter_noise.py::test_uniforms_without_compilation_are_silent_and_equal",
)

SKIPPED = {"compilation"}
"""Modules without anything that runs: options of the compiler."""

LIMIT_S = 120
"""A mutant that runs longer has been noticed: it never ends."""

COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitXor: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip


def another(value: float) -> float:
    """A constant that is wrong: the other truth value, one more, or a quarter more."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value * 1.25 if value else 1.0


def mutate(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What can go wrong at one node: the operator's name and the node that replaces it."""
    new = copy.deepcopy(node)
    if isinstance(new, ast.Compare):
        for k, one in enumerate(new.ops):
            if type(one) in COMPARE:
                changed = copy.deepcopy(new)
                changed.ops[k] = COMPARE[type(one)]()
                yield "comparison", changed
    elif isinstance(new, ast.BinOp | ast.AugAssign) and type(new.op) in ARITHMETIC:
        new.op = ARITHMETIC[type(new.op)]()
        yield "arithmetic", new
    elif isinstance(new, ast.Constant) and isinstance(new.value, bool | int | float):
        new.value = another(new.value)
        yield "constant", new
    elif isinstance(new, ast.BoolOp):
        new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
        yield "boolean", new
    elif isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.Not | ast.USub):
        yield "boolean" if isinstance(new.op, ast.Not) else "arithmetic", new.operand
    elif isinstance(new, ast.Return) and new.value is not None:
        new.value = ast.Constant(None)
        yield "return", new


def places(tree: ast.AST) -> Iterator[tuple[list[tuple[str, int | None]], ast.AST]]:
    """Every node that runs, with the way to it; annotations, decorators and messages are left out."""

    def walk(node: ast.AST, way: list[tuple[str, int | None]]):
        yield way, node
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns", "decorator_list", "type_params"}:
                continue
            for k, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(item, ast.AST) and not isinstance(item, ast.JoinedStr | ast.Raise):
                    yield from walk(item, [*way, (field, k)])

    yield from walk(tree, [])


def replaced(tree: ast.AST, way: list[tuple[str, int | None]], new: ast.AST) -> ast.Module:
    """The tree with another node at one place."""
    result = node = copy.deepcopy(tree)
    for field, k in way[:-1]:
        node = getattr(node, field) if k is None else getattr(node, field)[k]
    field, k = way[-1]
    if k is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[k] = new
    return ast.fix_missing_locations(result)


def list_mutants(package: str) -> list[tuple[str, str, int, str, ast.Module]]:
    """Module, operator, line, wording and tree of every mutant of a package."""
    found = []
    for path in sorted((ROOT / package.replace(".", "/")).glob("*.py")):
        if path.stem in SKIPPED or path.stem == "__init__":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for way, node in places(tree):
            for operator, new in mutate(node) if way else ():
                was, now = ast.unparse(node).split("\n")[0], ast.unparse(new).split("\n")[0]
                words = f"{was} -> {now}"
                name = f"{package}.{path.stem}"
                found.append((name, operator, node.lineno, words, replaced(tree, way, new)))
    return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module its mutated source."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = name, tree

    def find_spec(self, fullname, path=None, target=None):
        del path, target
        if fullname != self.name:
            return None
        origin = str(ROOT / (fullname.replace(".", "/") + ".py"))
        return importlib.util.spec_from_file_location(fullname, origin, loader=self)

    def exec_module(self, module):
        exec(compile(self.tree, module.__file__, "exec"), module.__dict__)  # noqa: S102 (that is the point)


def is_noticed(name: str, tree: ast.Module | None, tests: tuple[str, ...]) -> bool:
    """Whether a test fails in a fork of this process."""
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT_S)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
        os.dup2(sys.stdout.fileno(), 1)
        os.dup2(sys.stdout.fileno(), 2)
        if tree is not None:
            sys.meta_path.insert(0, _Finder(name, tree))
        import pytest

        code = 1
        try:
            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header"]
            # imported before the fork, on purpose
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
            options += [f"--deselect={one}" for one in DESELECTED]
            code = int(pytest.main([*options, *tests]))
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] != 0


def main() -> int:
    """The table, and who survived."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=300, help="mutants in all; 0 = every one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--packages", nargs="*", default=list(PACKAGES), choices=list(PACKAGES))
    parser.add_argument("--output", type=Path, help="the table is also written here")
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"  # the same few examples every time
    import gymnasium  # noqa: F401 (here, so that no fork pays for it)
    import hypothesis  # noqa: F401
    import numba  # noqa: F401
    import numpy as np
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    rng = np.random.default_rng(asked.seed)
    lines = ["| package | mutants | tried | killed | share |", "|---|---|---|---|---|"]
    survivors, worst = [], 1.0
    for package in asked.packages:
        start = time.monotonic()
        tests = PACKAGES[package]
        if is_noticed("", None, tests):
            raise SystemExit(f"{package}: its tests fail without a mutant")
        mutants = list_mutants(package)
        count = -(-asked.sample // len(asked.packages)) if asked.sample else len(mutants)
        picked = sorted(rng.permutation(len(mutants))[:count].tolist())
        killed = 0
        for n, k in enumerate(picked):
            name, operator, line, words, tree = mutants[k]
            if is_noticed(name, tree, tests):
                killed += 1
            else:
                survivors.append(f"{name}:{line} {operator}: {words}")
                sys.stderr.write(f"[{n}/{len(picked)}] survives: {survivors[-1]}\n")
        share = killed / max(len(picked), 1)
        worst = min(worst, share)
        lines.append(
            f"| {package} | {len(mutants)} | {len(picked)} | {killed} | {100 * share:.0f} % |"
        )
        sys.stderr.write(f"{lines[-1]} {time.monotonic() - start:.0f} s\n")
    text = "\n".join(lines) + "\n\nSurvivors:\n" + "".join(f"* {one}\n" for one in survivors)
    sys.stdout.write(text)
    if asked.output:
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(text, encoding="utf-8")
    return int(worst < 0.8)


if __name__ == "__main__":
    sys.exit(main())
