"""Probes of memory: what a model believes about objects while they are hidden."""
