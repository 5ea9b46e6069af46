"""Studies: questions that take many runs. Each folder is one study, and none imports another."""
