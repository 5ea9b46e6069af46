"""The log of driving that the world model learns from: its columns, and reading it from disk."""
