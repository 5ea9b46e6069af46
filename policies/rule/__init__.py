"""The if-else stack: named, ordered rules with their reasons; thresholds come from outside."""
