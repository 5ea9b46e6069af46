"""The headline experiment: every arm at equal budgets and over several training seeds, driven through one suite."""
