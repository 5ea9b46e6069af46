"""Videos: policies side by side in the same instance, as H.264 films, posters, sheets of key moments and clips.

Here belong scripts (what a policy decides), the courses they take in the reference engine, the clock of a film, its
layout, titles, end cards and the encoder. Not here: the pictures of the road itself (``envs.camera``,
``envs.highway``), and the command (``experiments.record``).
"""
