"""Collecting training data in the simulator: which policies drive, what is logged, and whether there is enough."""
