"""Films: episodes, side by side or in four panels, and contact sheets."""
