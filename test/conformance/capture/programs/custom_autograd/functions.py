"""Autograd functions, used by the class, by a name for apply, and by apply of a class that keeps its context apart."""
import torch


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta=1.0):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, gradient):
        raise NotImplementedError("not for training")


class Split(torch.autograd.Function):
    """Two tensors; its numbers go through Python."""

    @staticmethod
    def forward(ctx, x, at):
        rows = x.tolist()
        return torch.tensor([row[:at] for row in rows]), torch.tensor([row[at:] for row in rows])

    @staticmethod
    def backward(ctx, first, second):
        return torch.cat([first, second], -1), None


swish = Swish.apply
ACTS = {"swish": Swish.apply}
