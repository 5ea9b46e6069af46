"""Philox against its published vectors; the quantile against the standard library's."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.physics.noise import (
    lower_half,
    normal_cdf,
    normal_quantile,
    philox_block,
    uniforms,
)

WORD = 0xFFFFFFFF
INT64 = st.integers(-(2**63), 2**63 - 1)

# Random123 1.x, file kat_vectors, philox4x32 with 10 rounds: counter, key -> words
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((WORD,) * 4, (WORD, WORD), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_philox_equals_the_published_vectors(counter, key, expected):
    words = philox_block(np.uint64(key[1] << 32 | key[0]), *(np.uint64(word) for word in counter))
    assert tuple(int(word) for word in words) == expected


def test_uniforms_are_the_words_of_the_block():
    # seed 5 -> key (5, 0); counter (tick, entity, channel, 0); number = (word + 1/2)/2^32
    words = philox_block(np.uint64(5), *(np.uint64(word) for word in (7, 2, 3, 0)))
    assert uniforms(5, 7, 2, 3) == tuple((int(word) + 0.5) / 2**32 for word in words)


@given(seed=INT64, tick=st.integers(0, 10**6), entity=INT64, channel=st.integers(0, 1000))
def test_uniforms_lie_inside_the_open_interval(seed, tick, entity, channel):
    assert all(0.0 < u < 1.0 for u in uniforms(seed, tick, entity, channel))


def test_every_bit_of_the_seed_counts():
    seeds = [1 << bit for bit in range(63)] + [0, -(2**63)]
    assert len({uniforms(seed, 1, 2, 3) for seed in seeds}) == 65


def test_uniforms_change_with_tick_entity_and_channel():
    draws = {uniforms(1, 0, 0, 0), uniforms(1, 1, 0, 0), uniforms(1, 0, 1, 0), uniforms(1, 0, 0, 1)}
    assert len(draws) == 4


def test_uniforms_without_compilation_are_silent_and_equal():
    code = "from envs.physics.noise import normal_quantile as q, uniforms as u\n"
    code += "draws = [x for s in (-9, 4, 2**62 + 5) for x in u(s, 11, -3, 2)]\n"
    code += "print([x.hex() for x in draws + [q(x) for x in draws]])"
    outputs = []
    for disabled in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": disabled}
        command = [sys.executable, "-W", "error", "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]


def test_uniforms_have_the_moments_of_a_uniform():
    u = np.array([uniforms(3, tick, 0, 0) for tick in range(5000)]).ravel()
    # 20,000 draws: standard error of the mean 0.0020, of the variance 0.0005
    assert abs(u.mean() - 0.5) < 0.008
    assert abs(u.var() - 1 / 12) < 0.002


@pytest.mark.parametrize(
    "u", [1e-300, 1e-20, 1e-12, 1e-6, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.8, 0.99]
)
def test_normal_quantile_equals_the_standard_library(u):
    assert normal_quantile(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-14, abs=1e-300)


def test_normal_quantile_at_the_ends_is_infinite():
    assert normal_quantile(0.0) == -math.inf
    assert normal_quantile(1.0) == math.inf


@given(st.floats(1e-12, 0.5))
def test_normal_quantile_inverts_the_cdf(u):
    assert normal_cdf(normal_quantile(u)) == pytest.approx(u, rel=1e-12)


def test_lower_half_is_another_uniform_number():
    # a number is (high 2^16 + low + 1/2)/2^32: exact in double precision
    for high, low in ((0, 0), (1, 65_535), (40_000, 12_345), (65_535, 65_535)):
        assert lower_half((high * 65_536 + low + 0.5) / 2.0**32) == (low + 0.5) / 65_536.0
    whole = np.array([uniforms(7, tick, 1, 2)[0] for tick in range(4_000)])
    lower = np.array([lower_half(u) for u in whole])
    assert abs(lower.mean() - 0.5) < 4.0 / math.sqrt(12.0 * lower.size)
    assert abs(np.corrcoef(whole, lower)[0, 1]) < 4.0 / math.sqrt(lower.size)
