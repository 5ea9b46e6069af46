"""Kernels of the twin: highway-env's straight-road traffic, bit for bit, on arrays.

One file per part of a tick: :mod:`~envs.batched.kernels.neighbours` (leaders, followers),
:mod:`~envs.batched.kernels.idm` and :mod:`~envs.batched.kernels.mobil` (decisions), :mod:`~envs.batched.kernels.move`
and :mod:`~envs.batched.kernels.collision` (motion, contacts), put together by :mod:`~envs.batched.kernels.tick`.
Nothing here allocates, draws random numbers or contains debris physics: debris that traffic reacts to arrives as an
*obstacle*.

The kernels promise the same bits as highway-env when NumPy runs without its AVX-512 math, so every expression keeps
upstream's order of operations; do not tidy one up without the parity tests.
"""
