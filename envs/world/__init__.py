"""One world between two decisions, apart from its traffic: debris, contacts, costs, the end of an episode.

Both engines call these functions on the same arrays and in the same order (``tick.py``); only traffic exists twice.
"""
