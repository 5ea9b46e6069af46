"""The explorer: a local page on top of the counterfactual study, served by NiceGUI, which only this folder imports."""
