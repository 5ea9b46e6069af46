"""The simulation behind the dream: arrays of many worlds, and one decision of them in the learned model."""
