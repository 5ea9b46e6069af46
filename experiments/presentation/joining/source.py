"""Records with their provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from experiments.evaluation.entrants import Entrant


class Source(NamedTuple):
    """Records with their provenance."""

    table: pa.Table  # records of one suite and split, of one cost setting or several
    entrants: Mapping[str, Entrant]
    strata: Sequence[str]
    provenance: Mapping[str, Any]

    @property
    def files(self) -> dict[str, str | None]:
        """Texts of the policies' files by policy; ``None`` where the provenance has none."""
        texts: dict[str, str] = {}
        for about in self.provenance.get("runs", [self.provenance]):
            texts = about.get("files", {}) | texts
        return {name: texts.get(one.file or name) for name, one in self.entrants.items()}
