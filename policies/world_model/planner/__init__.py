"""The planner: from beliefs and candidate manoeuvres to one action."""
