"""Contacts simulated with MuJoCo and Bullet beside those of the closed formulas, and how well they agree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from scipy.stats import spearmanr

from envs.physics.contact.outcome import MODE_NAMES, ContactOutcome, contact_outcome

TABLE = Path(__file__).with_name("contacts.parquet")

INPUTS = (
    "speed_mps", "length_m", "width_m", "height_m", "mass_kg", "crush_pressure_pa", "offset_m", "yaw_rad",
)  # fmt: skip

PAIRS = (
    ("delta_v", "mujoco_delta_v_mps", 0.005),
    ("delta_v", "bullet_delta_v_mps", 0.005),
    ("yaw_rate", "mujoco_yaw_rate_radps", 0.003),
    ("yaw_rate", "bullet_yaw_rate_radps", 0.003),
    ("vertical_acceleration", "mujoco_vertical_acceleration_mps2", 1.0),
    ("exit_speed", "mujoco_exit_forward_mps", 0.0),
    ("tyre_indentation", "mujoco_tyre_indentation_m", 1e-4),
    ("underbody_force", "mujoco_underbody_force_n", 1.0),
)
"""Quantity of the formulas, column of the table, and the value from which a contact counts as active."""

FEWEST = 10
"""Fewer contacts make no row of the table."""

Array = npt.NDArray[Any]


class Agreement(NamedTuple):
    """Agreement of a quantity: number of contacts, rank correlation, and quantiles of formula over engine."""

    count: int
    spearman: float
    low: float
    median: float
    high: float


class Cases:
    """The table and the outcomes of the formulas for it."""

    def __init__(self) -> None:
        table = pq.read_table(TABLE)
        self.columns: dict[str, Array] = {
            name: np.array(table.column(name).to_pylist(), dtype=None)
            if table.schema.field(name).type == "string"
            else table.column(name).to_numpy().astype(float)
            for name in table.column_names
        }
        rows = zip(*(self.columns[name].tolist() for name in INPUTS), strict=True)
        self.outcomes: list[ContactOutcome] = [
            contact_outcome(v, length, width, height, m, sigma, 0.0, y, psi, 0, 0.0, 0)
            for v, length, width, height, m, sigma, y, psi in rows
        ]
        self.mode = np.array([MODE_NAMES[o.mode] for o in self.outcomes])

    def __getitem__(self, column: str) -> Array:
        """Column of the table."""
        return self.columns[column]

    def values(self, quantity: str) -> Array:
        """Quantity of the formulas for every case."""
        return np.array([getattr(o, quantity) for o in self.outcomes])

    def where(self, grids: str, mode: str) -> Array:
        """Mask of the cases of some grids and one mode."""
        return np.isin(self["grid"], list(grids)) & (self.mode == mode)

    def active(self, quantity: str, column: str, least: float, mask: Array) -> Array:
        """Mask of the contacts for which the engine has more than ``least`` and the formulas more than nothing."""
        return mask & (self.values(quantity) > 0.0) & (np.nan_to_num(self[column]) > least)

    def agreement(self, quantity: str, column: str, active: float, mask: Array) -> Agreement:
        """Agreement of a quantity with a column, over the active contacts of a mask."""
        found, expected = self.values(quantity), self[column]
        used = self.active(quantity, column, active, mask)
        ratio = found[used] / expected[used]
        low, median, high = np.quantile(ratio, (0.1, 0.5, 0.9))
        rank = float(spearmanr(found[used], expected[used]).statistic)
        return Agreement(int(used.sum()), rank, float(low), float(median), float(high))


def main() -> int:
    """Print the agreement of every quantity by mode and grid, as rows of a table."""
    cases = Cases()
    lines = [
        "| quantity | against | mode | grid | n | Spearman | median ratio | 10 to 90 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for quantity, column, active in PAIRS:
        for mode in ("frontal", "underbody", "run-over"):
            for grid in "ASB":
                mask = cases.where(grid, mode)
                if cases.active(quantity, column, active, mask).sum() < FEWEST:
                    continue
                a = cases.agreement(quantity, column, active, mask)
                engine = column.split("_", maxsplit=1)[0]
                lines.append(
                    f"| {quantity} | {engine} | {mode} | {grid} | {a.count} | {a.spearman:.2f} "
                    f"| {a.median:.2f} | {a.low:.2f} to {a.high:.2f} |"
                )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
