"""Files that a module of the user's reads: those whose names stand in its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LONGEST: Final = 200
"""Largest number of characters of a text that is taken for the name of a file."""


def texts_in(path: Path) -> list[str]:
    """Texts of a module that may name files or modules; those that the code joins by ``/`` or in a call are joined."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    found = {text for node in ast.walk(tree) for text in _join(node)}
    return sorted(text for text in found if 0 < len(text) <= LONGEST and text.isprintable())


def files_named_in(path: Path) -> dict[str, Path]:
    """Files beside a module, or in the working folder, that its text names, by that name.

    A name that the code computes is not found.
    """
    found = {}
    for text in texts_in(path):
        for place in (path.parent / text, Path(text)):
            try:
                if place.is_file() and place.suffix not in {".py", ".pyc"}:
                    found[text] = place
                    break
            except (OSError, ValueError):
                continue  # no name that this system allows
    return found


def _join(node: ast.AST) -> Iterator[str]:
    """The text that a node is, or that it joins of others."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        parts = [text for text in (_last(node.left), _last(node.right)) if text]
        yield "/".join(parts)
    elif isinstance(node, ast.Call):
        yield "/".join(text for text in map(_constant, node.args) if text)
    elif text := _constant(node):
        yield text


def _last(node: ast.AST) -> str | None:
    """The text at the end of joined ones."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        left, right = _last(node.left), _last(node.right)
        return f"{left}/{right}" if left and right else right
    return _constant(node)


def _constant(node: ast.AST) -> str | None:
    """The text that stands in the code."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
