"""The log of driving from which the world model learns: its columns and its files."""
