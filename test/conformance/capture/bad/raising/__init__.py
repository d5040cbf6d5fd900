"""A package that fails deep down when it is imported."""
