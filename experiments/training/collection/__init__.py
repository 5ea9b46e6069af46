"""Collecting experience from the twin: who drives, what is kept, and whether there is enough of everything."""
