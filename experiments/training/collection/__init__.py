"""Collecting experience in the simulator: which policies drive, what is kept, and whether there is enough."""
