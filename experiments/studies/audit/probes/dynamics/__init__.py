"""Probes of motion: whether imagined futures are accurate, lawful, calibrated and fast."""
