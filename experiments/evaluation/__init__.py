"""Evaluation: policies drive the instances of a suite, shard by shard, into records."""
