"""DreamCore: the arrays of many dreams and the functions that begin and advance them, without a Gymnasium interface."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.action import check_actions
from envs.copies import Copyable
from envs.errors import UserError
from envs.observation import TABLE
from envs.specification import episode
from envs.specification.world import world_at
from envs.world.report import describe_contacts, describe_cost, describe_events
from policies.world_model.dream.simulation import arrays as w
from policies.world_model.dream.simulation.arrays import Model, empty_dreams, make_work
from policies.world_model.dream.simulation.burn_in import burn_in
from policies.world_model.dream.simulation.settings import DreamSettings, contents, per_world
from policies.world_model.dream.simulation.step import begin_dreams, step_dreams

KEY_LIMIT = 2**62
"""Keys of a dream's random numbers are below this."""


class DreamCore(Copyable):
    """``B`` dreams; each depends only on its seed and its actions.

    Parameters
    ----------
    size
        ``B``.
    settings
        Checked arguments.
    """

    REBUILT = ("_work",)

    def __init__(self, size: int, settings: DreamSettings) -> None:
        self.settings = settings
        found = settings.imagination
        self.params = settings.cost.to_array().view(np.ndarray)
        self.sources = burn_in(
            found.starts,
            found.learned.filter,
            settings.look_trust,
            self.params,
            remembers=settings.remembers,
        )
        self.model = Model(found.learned, found.starts.limit)
        self.dreams = empty_dreams(size)
        self.dreams.temperature[:] = settings.temperature
        self.dreams.horizon[:] = settings.horizon
        self.pieces = np.full(size, -1)
        """``(B,)`` piece that each dream began with; -1 before the first."""
        self._total = np.zeros(size)
        self._terminated = np.zeros(size, np.bool_)
        self._truncated = np.zeros(size, np.bool_)
        self._hashes = np.zeros(size, np.int64)
        self._no_contacts = np.empty(size, dtype=object)
        self._no_contacts[:] = [()] * size
        self._rebuild()

    def _rebuild(self) -> None:
        self._work = make_work(self.model)

    @property
    def size(self) -> int:
        """Number of worlds."""
        return len(self.pieces)

    def begin(
        self,
        chosen: NDArray[np.int64],
        generators: list[np.random.Generator],
        options: dict[str, Any],
    ) -> None:
        """Begin some dreams.

        Parameters
        ----------
        chosen
            ``(K,)`` worlds.
        generators
            One per world of all ``B``: the piece and the key of all other numbers are drawn from it.
        options
            ``segment``, ``member`` and ``theta``; see ``settings``.
        """
        count, members = len(self.sources.belief), self.model.learned.transition.car.b1.shape[0]
        pieces = per_world("segment", options.get("segment"), self.size, count)[chosen]
        member = per_world("member", options.get("member"), self.size, members)[chosen]
        theta = contents(options.get("theta"), self.size, self.settings.imagination.classes)[chosen]
        keys = np.empty(len(chosen), np.int64)
        for n, b in enumerate(chosen.tolist()):
            drawn = int(generators[b].integers(count))
            pieces[n] = drawn if pieces[n] < 0 else pieces[n]
            keys[n] = generators[b].integers(KEY_LIMIT)
        self.pieces[chosen] = pieces
        # as bytes: copying records field by field takes ten times as long
        _raw(self.dreams.records)[chosen] = _raw(self.sources.records)[pieces]
        begin_dreams(
            self.model, self.dreams, self.sources, chosen, pieces, keys, member, theta, self._work
        )

    def step(
        self, actions: object
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Advance all dreams by one decision: reward, terminated, truncated, each ``(B,)``, and info.

        Parameters
        ----------
        actions
            ``(B, 2)`` in [-1, 1].

        Raises
        ------
        UserError
            Before anything has changed, if the actions do not fit or no dream has begun.
        """
        if (self.pieces < 0).any():
            raise UserError("no episode has begun, call reset first")
        values = check_actions(actions, "continuous", self.size)
        contacts = step_dreams(
            self.model,
            self.dreams,
            values,
            self.params,
            self._work,
            self._total,
            self._terminated,
            self._truncated,
            self._hashes,
        )
        total = self._total.copy()
        info = self.describe(total, contacts)
        info["state_hash"] = self._hashes.copy()
        reward = total / -self.settings.reward_scale_usd
        return reward, self._terminated.copy(), self._truncated.copy(), info

    def observation(self, chosen: int | slice = slice(None)) -> dict[str, NDArray[np.float32]]:
        """Copies of the observation arrays of one world, or of all with a leading axis ``B``."""
        return {key: self.dreams.records[key][chosen].copy() for key in TABLE}

    def describe(self, total: NDArray[np.float64], num_contacts: int = 0) -> dict[str, Any]:
        """``info`` of the present decision.

        Parameters
        ----------
        total
            ``(B,)`` cost of it, US$.
        num_contacts
            Over all worlds.

        Returns
        -------
        dict
            As of Debris-v1; and ``epistemic`` (difference to another member's prediction), ``aleatoric`` (predicted
            variance), ``p_terminated``, ``member``, ``theta`` (class of every object), ``ood`` (more doubt than usual).
        """
        dreams = self.dreams
        contacts = self._no_contacts
        if num_contacts:
            contacts = contacts.copy()
            flags = dreams.records["episode_i"]
            for b in np.flatnonzero(flags[:, episode.NUM_CONTACTS]).tolist():
                contacts[b] = describe_contacts(self.record(b), self.names(b))
        last = np.minimum(dreams.step, len(self.model.limit)) - 1
        return {
            "cost": describe_cost(dreams.records["cost"].copy(), total),
            "contacts": contacts,
            "events": describe_events(dreams.records["episode_i"]),
            "ttc": dreams.records["episode_f"][:, episode.MIN_TTC].copy(),
            "epistemic": dreams.reported[:, w.EPISTEMIC].copy(),
            "aleatoric": dreams.reported[:, w.ALEATORIC].copy(),
            "p_terminated": dreams.reported[:, w.P_TERMINATED].copy(),
            "member": dreams.member.copy(),
            "theta": dreams.theta.copy(),
            "ood": dreams.reported[:, w.DOUBT] > self.model.limit[np.maximum(last, 0)],
        }

    def names(self, b: int) -> tuple[str, ...]:
        """Names of the content classes of the objects in a world."""
        classes = self.settings.imagination.classes
        return tuple(classes[kind] for kind in self.dreams.theta[b].tolist())

    def record(self, b: int) -> Any:  # noqa: ANN401 (a record of envs.specification.world)
        """The record of one world."""
        return world_at(self.dreams.records.view(np.recarray), b)

    def fingerprint(self, b: int) -> str:
        """Identifier of a dream: its log piece, and the key of its random numbers."""
        key = int(self.dreams.records["episode_i"][b, episode.NOISE_SEED])
        return f"{int(self.pieces[b]):04d}-{key:016x}"


def _raw(records: NDArray[np.void]) -> NDArray[np.uint8]:
    """The bytes of every record: a view ``(B, size)``."""
    return records.view(np.uint8).reshape(len(records), -1)
