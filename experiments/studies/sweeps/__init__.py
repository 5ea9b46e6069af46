"""Sweeps: many cells, each an evaluation of its own in a folder of its own; and the search for settings by them."""
