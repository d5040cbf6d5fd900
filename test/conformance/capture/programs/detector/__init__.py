"""A package whose parts import each other by relative names."""
