"""DreamerV3 as an external baseline: sheeprl trains it, its few layers that decide are compiled here."""
