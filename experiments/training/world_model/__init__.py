"""Training the world model from collected experience."""
