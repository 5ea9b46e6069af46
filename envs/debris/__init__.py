"""Objects that can lie on the road: specification of an object type, and the catalogue, one YAML per type.

Facts about objects belong here. How an object moves or what hitting it does is in ``envs.physics``, what it costs in
``envs.cost``, and which objects an experiment uses is a choice of ``conf``.
"""
