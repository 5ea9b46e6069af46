"""Films of the worst failures of the model that an audit judges."""
