"""Expected cost in US$ of 2023: compiled functions of plain numbers and one record of parameters.

``p`` is always the record of ``CostParameters.to_array``. What happens is in ``envs.physics``, when it is charged in
``envs.world``.
"""
