"""Needs a package that is not there."""
import torch
import a_package_that_nobody_has  # here


class Net(torch.nn.Module):
    pass
