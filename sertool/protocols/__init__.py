"""Ways to divide clips into training and test clips; one file each, found by `sertool.registry`."""
