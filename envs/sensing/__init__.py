"""The ego's perception: sight lines, detection, tracks with a stable identity, measurement errors.

Shared by both engines. Hidden properties (mass, strength, ...) are not read here, except through their effects:
motion, height, radar and thermal returns. Every draw is counter-based, so two policies on one seed see the same
detector.
"""
