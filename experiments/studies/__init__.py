"""Studies: questions that take many runs. Each folder is one study; no study imports another."""
