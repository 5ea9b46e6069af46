"""The probes of the audit: each measures one property of a world model and returns findings."""
