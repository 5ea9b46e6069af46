"""The reference engine: highway-env's road, vehicles and renderer, driven by the shared world functions.

Copies between the two only: contacts, their effects and their cost are computed in ``envs.world`` and below.
"""
