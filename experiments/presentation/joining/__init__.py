"""Reads the records of runs and joins runs that belong together."""
