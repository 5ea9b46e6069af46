"""Metrics: one number or word per episode, one file each, listed in ``conf/evaluation.yaml``.

A metric is a function of one ``experiments.rollout.loop.Episode``. Its name is the column of the records and carries
the unit; its return annotation, ``float``, ``int``, ``bool`` or ``str``, is the column's type. Statistics over
many episodes belong in ``experiments.stats``.
"""
