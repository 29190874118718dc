"""Faults: what must hold when power, disks, networks, clocks and people fail; each file names its rows."""
