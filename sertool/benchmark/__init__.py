"""A study and a store -> results."""
