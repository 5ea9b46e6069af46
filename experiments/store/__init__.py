"""Files on disk: atomic writes, locks, manifests, run folders and provenance."""
