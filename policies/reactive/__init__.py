"""Parts that reactive policies share: features, commands that last, and the environment for their training."""
