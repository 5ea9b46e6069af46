"""Training policies without a model, by Stable-Baselines3 in the twin."""
