"""Videos: policies side by side in the same instance, as H.264 films and as sheets of key moments.

Here belong scripts (what a policy decides), their replay in the reference engine, titles, end cards and the encoder.
Not here: the picture of the road itself (``envs.highway``), and the command (``experiments.record``).
"""
