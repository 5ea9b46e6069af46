"""Sweeps: many cells, each an evaluation in its own folder; and the search for settings that uses them."""
