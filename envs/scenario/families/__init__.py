"""Scenario families: one file per corner case, each with a table of parameters and a builder, together ``FAMILY``.

To add one, write the file here and name it in ``envs/scenario/generator.py``.
"""
