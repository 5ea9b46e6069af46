"""Contact of a vehicle with an object: geometry, formulas, the outcome, and what becomes of the object."""
