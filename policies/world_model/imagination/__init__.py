"""Imagined rollouts: plans simulated in the learned model, and their cost."""
