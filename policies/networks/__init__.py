"""Neural networks that run compiled, without torch: the layers that every learned policy shares."""
