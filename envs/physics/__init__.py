"""Physics of contact, air, tyres and followers: compiled functions that both engines call.

Here belongs what happens. What it costs is in ``envs.cost``; arrays of worlds are in the engines.
"""
