"""The reference engine: highway-env's road, vehicles and renderer, driven by the shared world functions.

Wiring only: what things do to each other and what they cost is written in ``envs.world`` and below.
"""
