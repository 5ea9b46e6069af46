"""Training DreamerV3 with sheeprl, and exporting what it has learned."""
