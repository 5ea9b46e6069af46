"""Executors of shards: processes of this machine, Ray, or Slurm; one module each, with the same results."""
