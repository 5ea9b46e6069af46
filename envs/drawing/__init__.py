"""Pictures of things on a road, from plain values: poses, sizes, looks, opacity.

Every function here takes numbers and a ``Canvas``, never an environment, so that a real world and an imagined one are
drawn by the same code. Only pygame and NumPy are imported. What is shown, and when, is the caller's decision.
"""
