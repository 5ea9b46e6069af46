"""Films of the worst failures that the audit found."""
