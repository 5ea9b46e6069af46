"""Probes of decisions: whether a model ranks manoeuvres and policies as the simulator does."""
