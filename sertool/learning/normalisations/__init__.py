"""Ways to scale features: one file each."""
