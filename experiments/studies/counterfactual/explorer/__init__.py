"""The explorer: a local page on top of the counterfactual study, made of elements of NiceGUI."""
