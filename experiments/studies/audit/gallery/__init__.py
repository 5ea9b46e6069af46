"""Films of the worst failures of the audited model."""
