"""Summaries, tables, figures, pages and replays of results."""
