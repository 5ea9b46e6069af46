"""Training the learned policies."""
