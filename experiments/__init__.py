"""Commands that collect, train, evaluate, compare and report; the only package that uses Hydra.

Here belong files, processes, records, statistics, pages and videos. Not here: what a world or a
policy does (``envs``, ``policies``).
"""
