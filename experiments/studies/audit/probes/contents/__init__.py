"""Probes of contents: whether the predicted impact depends on what an object is made of, and on nothing else."""
