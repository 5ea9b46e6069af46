"""Debris in highway-env's other environments, with the reference's contact and cost functions."""
