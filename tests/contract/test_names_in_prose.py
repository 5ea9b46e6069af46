"""Names in prose exist: dotted names and paths in docstrings, comments, YAML comments and Markdown files."""

import ast
import io
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PACKAGES = "envs|policies|experiments|conf"

DOTTED = re.compile(rf"(?<![\w./:-])(?:{PACKAGES})(?:\.[A-Za-z_]\w*)+", re.ASCII)
PATH = re.compile(rf"(?<![\w./-])(?:{PACKAGES}|tests)/[\w./-]*[\w/]", re.ASCII)


def prose(path):
    """Text of a file that people read: docstrings and comments of code, comments of YAML, all of Markdown."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [text]
    if path.suffix == ".yaml":
        return re.findall(r"(?m)(?:^|\s)#(.*)$", text)
    strings = [
        node.value.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return strings + [token.string for token in tokens if token.type == tokenize.COMMENT]


def defined_in(body):
    """Names that statements define, with the bodies of classes."""
    found = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = node.body
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = []
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            for target in [node.target] if isinstance(node, ast.AnnAssign) else node.targets:
                found.update({one.id: [] for one in ast.walk(target) if isinstance(one, ast.Name)})
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update({(one.asname or one.name): [] for one in node.names})
        elif isinstance(node, ast.If | ast.Try):
            found.update(defined_in(node.body))
    return found


@cache
def body_of(file):
    return ast.parse(file.read_text(encoding="utf-8")).body


def lazy_exports(file):
    """Names that a package exports by ``policies.lazy.lazy_exports``."""
    return re.findall(r'"(\w+)"', file.read_text(encoding="utf-8"))


def exists(name):
    """Whether a dotted name is a module, or an attribute of a module or of a class in it."""
    first, *rest = name.split(".")
    place = ROOT / first
    while rest and (place / rest[0]).is_dir():
        place /= rest.pop(0)
    if not rest:
        return True
    file = place / f"{rest[0]}.py"
    if file.is_file():
        rest.pop(0)
    else:
        file = place / "__init__.py"
        if not file.is_file():
            return False
        if rest[0] in lazy_exports(file):
            return True
    body = body_of(file)
    for one in rest:
        known = defined_in(body)
        if one not in known:
            return False
        body = known[one]
    return True


def missing(text):
    """Names and paths in a text that are not in the repository."""
    dotted = [name for name in DOTTED.findall(text) if not exists(name)]
    paths = [
        path
        for path in PATH.findall(text)
        if not (ROOT / path).exists() and not (ROOT / f"{path}.py").exists()
    ]
    return dotted + paths


def files():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in found.stdout.decode().split("\0")]
    return [
        path
        for path in paths
        if path.suffix in {".py", ".yaml", ".md"} and path.is_file() and path != Path(__file__)
    ]


def test_every_name_in_prose_exists():
    wrong = {
        str(path.relative_to(ROOT)): names
        for path in files()
        if (names := [name for text in prose(path) for name in missing(text)])
    }
    assert not wrong


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see ``policies.planning.search.search``", []),
        ("``policies.world_model.WorldModel`` and ``envs.world.tick``.", []),
        ("experiments.store.steps.Steps.do, a method", []),
        ("``policies.base.LABELS``", []),
        ("see ``policies.planning.gone``", ["policies.planning.gone"]),
        ("experiments.store.steps.Steps.gone", ["experiments.store.steps.Steps.gone"]),
        ("``policies.gone.Thing``", ["policies.gone.Thing"]),
        ("conf/policy/rule.yaml and tests/unit", []),
        ("conf/policy/gone.yaml", ["conf/policy/gone.yaml"]),
    ],
)
def test_missing_names_are_found(text, names):
    assert missing(text) == names
