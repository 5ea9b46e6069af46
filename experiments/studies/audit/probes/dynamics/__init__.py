"""Probes of motion: whether imagined futures are accurate, physically possible, calibrated and fast."""
