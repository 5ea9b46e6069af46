"""Training ``dream_ppo``: PPO inside the dream of a world model."""
