"""The course of a film: what the policies did, which moments matter, and where they part."""
