"""The result page and its figures: they read records and summaries, and compute nothing anew."""
