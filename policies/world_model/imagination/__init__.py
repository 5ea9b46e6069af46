"""Imagined rollouts: plans rolled through the learned model, and what they would cost."""
