"""Polygons with exact coverage, and the solids that are made of them."""
