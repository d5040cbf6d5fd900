"""What a YAML file would say, as a Python module."""
DIM = 24
DEPTH = 2
HEADS = 4
CLASSES = 3
