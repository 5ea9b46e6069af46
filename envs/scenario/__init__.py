"""Corner cases: one file per scenario family, each a generator from a random generator to a ScenarioInstance.

A family has ``generate(rng, source, setting)``. To add one, write the file and name it in ``generator.py``; to use
one's own without touching this folder, pass the function itself as ``scenario``.
"""
