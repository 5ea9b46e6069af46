"""Vehicles and objects in front of the camera."""
