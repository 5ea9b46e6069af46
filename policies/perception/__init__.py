"""Perception: what a policy makes of its observation before it decides, shared by all policies."""
