"""A metric of one's own: the speed at the end of the episode."""

from envs.specification import column


def last_speed_mps(episode) -> float:
    """Speed of the ego at the end of the episode, m/s; the first line becomes the column's description."""
    return float(episode.ego[-1, column.E_SPEED])
