"""State estimation: filters that turn observations into beliefs about vehicles and objects."""
