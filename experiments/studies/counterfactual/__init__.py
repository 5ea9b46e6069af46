"""What if one property were another: true costs and decisions over a grid of its values. Nothing about pages here."""
