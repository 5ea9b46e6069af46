"""Figures drawn with matplotlib from summaries."""
