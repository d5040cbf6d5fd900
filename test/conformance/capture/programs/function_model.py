"""Not a module: a function over tensors, by a factory that wraps it into one."""
import torch
from torch import nn


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *given):
        return self.function(*given)


def box_iou(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """The overlap of each box with each other one, both as x1, y1, x2, y2."""
    low = torch.maximum(left[:, None, :2], right[None, :, :2])
    high = torch.minimum(left[:, None, 2:], right[None, :, 2:])
    overlap = (high - low).clamp(min=0).prod(-1)
    area = lambda box: ((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])).abs()
    return overlap / (area(left)[:, None] + area(right)[None] - overlap + 1e-3)


def iou_model():
    return Lambda(box_iou)
