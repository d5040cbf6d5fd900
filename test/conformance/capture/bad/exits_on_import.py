"""Ends when it is imported."""
import sys

import torch

if not torch.cuda.is_available() or True:
    sys.exit(3)  # here
