"""Checks of suites: whether their instances are about debris, and whether they can be solved."""
