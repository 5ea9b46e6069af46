"""The course of a film: decisions of the policies, key moments, and the divergence of a dream."""
