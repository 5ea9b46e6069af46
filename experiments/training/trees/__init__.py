"""Trains decision trees that choose a manoeuvre: decisions labelled by the simulator, then growth."""
