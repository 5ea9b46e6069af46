"""Datasets: rows and sequences for the fits, built from the log."""
