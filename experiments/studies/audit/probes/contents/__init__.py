"""Probes of contents: whether the predicted impact depends on an object's contents, and on nothing else."""
