"""The search for the best manoeuvre: pure functions that do not depend on the model that predicts outcomes."""
