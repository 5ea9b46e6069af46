"""Records: one row per episode in Parquet, how rows of two runs are matched, and what computing costs."""
