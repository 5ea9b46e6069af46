"""Oracles: the bounds. The only policies that may look into the simulated worlds."""
