"""Where shards are computed: processes of this machine, Ray, or Slurm; one module each, the same results."""
