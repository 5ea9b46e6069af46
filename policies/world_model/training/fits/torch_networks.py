"""The networks in torch, for training only; their weights are exported to ``policies.networks.compiled``."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from policies.networks.compiled import Gru, Net


class EnsembleMlp(nn.Module):
    """``E`` networks with two hidden layers, evaluated by one batched product per layer (as in PETS).

    Parameters
    ----------
    members
        ``E``.
    inputs, hidden, outputs
        Widths.
    generator
        Of the initial weights.
    """

    def __init__(
        self, members: int, inputs: int, hidden: int, outputs: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        widths = (inputs, hidden, hidden, outputs)
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for before, after in pairwise(widths):
            weight = torch.randn(members, before, after, generator=generator)
            self.weights.append(nn.Parameter(weight * (2.0 / before) ** 0.5))
            self.biases.append(nn.Parameter(torch.zeros(members, 1, after)))
        with torch.no_grad():
            self.weights[-1].mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs ``(E, N, outputs)`` for ``(N, inputs)``, or for ``(E, N, inputs)`` with separate rows per member."""
        y = x if x.dim() == 3 else x.expand(self.weights[0].shape[0], *x.shape)
        last = len(self.weights) - 1
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            y = torch.baddbmm(bias, y, weight)
            if k < last:
                y = torch.relu(y)
        return y

    def export(self) -> Net:
        """The network as compiled code takes it."""
        layers = zip(self.weights, self.biases, strict=True)
        pairs = ((_array(w), np.ascontiguousarray(_array(b)[:, 0])) for w, b in layers)
        return Net(*(array for pair in pairs for array in pair))


class Filter(nn.Module):
    """The belief filter: one recurrent unit for all objects, with heads for contents and positions.

    Parameters
    ----------
    inputs, hidden, members
        Widths, and number of heads for the class.
    classes, corrections
        Outputs.
    generator
        Of the initial weights.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        members: int,
        classes: int,
        corrections: int,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.gru = nn.GRU(inputs, hidden, batch_first=True)
        with torch.no_grad():
            for parameter in self.gru.parameters():
                bound = hidden**-0.5
                parameter.uniform_(-bound, bound, generator=generator)
        self.contents = EnsembleMlp(members, hidden, hidden, classes, generator)
        self.where = EnsembleMlp(1, hidden, hidden, 2 * corrections, generator)

    def forward(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Beliefs after the chosen rows of sequences.

        Parameters
        ----------
        x
            ``(B, T, inputs)``.
        rows
            ``(N,)`` of ``B x T``: what is wanted; the heads look at nothing else.

        Returns
        -------
        contents
            ``(E, N, classes)`` logits.
        where
            ``(N, 2 corrections)``.
        """
        memory, _ = self.gru(x)
        chosen = memory.reshape(-1, memory.shape[-1]).index_select(0, rows)
        return self.contents(chosen), self.where(chosen)[0]

    def export(self) -> Gru:
        """The recurrent unit as compiled code takes it."""
        named = dict(self.gru.named_parameters())
        return Gru(
            np.ascontiguousarray(_array(named["weight_ih_l0"]).T),
            _array(named["bias_ih_l0"]),
            np.ascontiguousarray(_array(named["weight_hh_l0"]).T),
            _array(named["bias_hh_l0"]),
        )


def _array(tensor: Tensor) -> NDArray[np.float32]:
    """Copy of a tensor as a NumPy array."""
    values: NDArray[np.float32] = tensor.detach().cpu().numpy().astype(np.float32).copy()
    return values
