"""The counterfactual study: true costs and decisions over a grid of values of one property, without any pages."""
