"""Scenario families: one file per corner case, each a function from a random generator to a ``ScenarioInstance``.

A family has ``generate(rng, source, setting)``. To add one, write the file here and name it in
``envs/scenario/generator.py``.
"""
