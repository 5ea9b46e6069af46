"""Reads the zips that Stable-Baselines3 and sb3-contrib save, without running code that they contain."""
