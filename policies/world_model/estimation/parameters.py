"""Parameters of the belief filter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from policies.networks.compiled import Gru, Net

Scale = NDArray[np.float64]


class FilterNets(NamedTuple):
    """Parameters of the belief filter."""

    gru: Gru
    contents: Net  # one head per member
    where: Net
    where_scale: Scale  # (tracks.NUM_CORRECTIONS,)
