"""Expected cost in US$ of 2023: compiled functions of plain numbers and one record of parameters.

Here belongs what things cost. What happens is in ``envs.physics``; what an action may be worth is
the policies' matter.
"""
