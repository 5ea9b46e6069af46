"""The learned dynamics model: state, features, parameters, and one step of it."""
