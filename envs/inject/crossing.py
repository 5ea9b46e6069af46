"""CrossingVehicle: the traffic of highway-env's intersection, with its habits in a class of its own."""

from __future__ import annotations

from highway_env.vehicle.behavior import IDMVehicle


class CrossingVehicle(IDMVehicle):
    """An ``IDMVehicle`` with the following habits that the intersection wants.

    The intersection writes them to the class of its traffic at every reset. Written to ``IDMVehicle`` they would change
    every other environment of the process, and a copy in another process would not have them.
    """

    DISTANCE_WANTED, COMFORT_ACC_MAX, COMFORT_ACC_MIN = 7.0, 6.0, -3.0
