"""dream_ppo: a reactive policy and its critics, learned by PPO inside the dream of the world model only."""
