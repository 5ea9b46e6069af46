"""Decision trees that choose a manoeuvre: tens of thousands of if-else, grown instead of written."""

from policies.trees.policy import TreePolicy

__all__ = ["TreePolicy"]
