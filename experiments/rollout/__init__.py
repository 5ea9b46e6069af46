"""The rollout: the one loop that drives policies, and the listeners that watch it."""
