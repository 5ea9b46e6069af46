"""The audit of world models as simulators: probes on fixed moments, each of which must detect broken models."""
