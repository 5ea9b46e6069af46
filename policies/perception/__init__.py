"""Perception: how observations are processed before a decision, shared by all policies."""
