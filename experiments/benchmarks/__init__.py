"""Benchmarks: speed of the engines, of policies and of the world model."""
