"""Policies learned without a model, by Stable-Baselines3 in the twin; they run without torch."""
