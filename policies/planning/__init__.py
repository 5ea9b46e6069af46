"""The search for the best manoeuvre: pure functions that do not know which model imagines the outcomes."""
