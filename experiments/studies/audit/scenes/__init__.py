"""Moments taken from driven episodes, occlusions put into them, and the bodies in them."""
