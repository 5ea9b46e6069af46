"""The probes of the audit: each asks one question of a world model and returns findings."""
