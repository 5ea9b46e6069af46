"""The play study: a person drives instances from the driver's view; policies drive the same ones for comparison."""
