"""Charging stations without cars: for tests, for the demo, for load."""
