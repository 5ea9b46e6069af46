"""Gallery: every object type as the driver sees it, in every light and at several distances."""
