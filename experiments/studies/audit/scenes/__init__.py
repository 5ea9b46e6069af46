"""The scenes of the audit: moments taken from driven episodes, and occlusions put into them."""
