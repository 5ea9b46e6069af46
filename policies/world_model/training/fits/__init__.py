"""Fits: each network of the world model is trained with torch on one dataset."""
