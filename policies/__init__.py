"""Policies: everything that turns an observation into an action.

Here belong rules, planners, learned models and their training, baselines and oracles. Not here: the
world itself (``envs``), configuration composing, files, processes and plots (``experiments``).
"""
