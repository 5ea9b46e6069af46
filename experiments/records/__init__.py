"""Records: one row per episode in Parquet, matching of rows from two runs, and the cost of computing."""
