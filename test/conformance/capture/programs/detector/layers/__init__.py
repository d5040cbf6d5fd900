"""Layers that models share."""
from .block import Block

__all__ = ["Block"]
