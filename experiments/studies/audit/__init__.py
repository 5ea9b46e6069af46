"""The audit of world models as simulators: probes on fixed moments, each of which broken models must fail."""
