"""The command line: Hydra entry points, validated configurations, and loading policies by name."""
