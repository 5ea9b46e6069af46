"""Choices of experiments as YAML files, composed by Hydra, which needs this to be a package.

Here belongs what somebody may want to vary. Not here: facts about the world, such as what an object
weighs (``envs/debris/catalogue``), and code.
"""
