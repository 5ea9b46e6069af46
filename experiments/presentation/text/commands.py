"""The command that films an instance of a comparison, as it is shown on pages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

USUAL_COST: Final = "loc_8"
"""The cost setting of the tables if records have several, and of ``record`` if none is given."""


def write_film_command(
    config: Mapping[str, Any], policies: Sequence[str], split: str, stratum: str, seed: int
) -> str:
    """The command that films one instance with the files, costs and permissions of the comparison.

    Parameters
    ----------
    config
        Configuration of the comparison; an empty one stands for the usual settings.
    policies
        Names or files.
    split, stratum, seed
        Of the instance.

    Examples
    --------
    >>> write_film_command({"suite": "v2"}, ["rule", "a b.yaml"], "test", "seen", 7)
    "python -m experiments.record 'policy=[rule,a b.yaml]' suite=v2 split=test stratum=seen seed=7"
    """
    shown = f"[{','.join(policies)}]" if len(policies) > 1 else policies[0]
    words = [f"policy={shown}", f"suite={config.get('suite')}"]
    if config.get("cost", USUAL_COST) != USUAL_COST:
        words.append(f"cost={config['cost']}")
    words += [f"split={split}", f"stratum={stratum}", f"seed={seed}"]
    if config.get("allow"):
        words.append(f"allow=[{','.join(config['allow'])}]")
    return " ".join(["python -m experiments.record", *map(_quote, words)])


def _quote(word: str) -> str:
    """A word as a shell takes it, left alone if no character in it is special."""
    return word if re.fullmatch(r"[\w\[\],=./:@-]+", word) else shlex.quote(word)
