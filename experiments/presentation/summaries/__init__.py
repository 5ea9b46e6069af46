"""Numbers of a comparison, computed from records: summaries, outcomes of the suite, effects of ablations."""
