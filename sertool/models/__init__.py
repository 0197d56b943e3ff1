"""Train, keep, explain and use one model."""
