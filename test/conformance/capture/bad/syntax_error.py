"""Is no Python."""
import torch

class Net(torch.nn.Module)  # here
    pass
