"""Pictures of single objects and vehicles from plain values (pose, size, look, opacity), for real and imagined worlds.

Every function takes numbers and a ``Canvas``, never an environment; only pygame is imported. What is shown, and when,
is the caller's decision.
"""
