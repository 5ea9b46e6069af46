"""Scenarios: instances of corner cases, how families generate them, and the suites that list them.

The families are in ``envs.scenario.families``, one file each; ``generator.py`` names them. To use a family of one's own
without touching this folder, pass its function as ``scenario``.
"""
