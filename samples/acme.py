"""A network with two parts that no converter can know: an operator and a module class of the company that made it."""
import torch
from torch import nn


@torch.library.custom_op("acme::swish", mutates_args=())
def swish(x: torch.Tensor, beta: float) -> torch.Tensor:
    return x * torch.sigmoid(beta * x)


@swish.register_fake
def _(x, beta):
    return torch.empty_like(x)


class BesselGate(nn.Module):
    """Scales each channel by a window that the network learns; it is built on an operator that ONNX does not have."""

    def __init__(self, channels):
        super().__init__()
        self.width = nn.Parameter(torch.linspace(0.5, 1.5, channels))

    def forward(self, x):
        window = torch.special.i0(self.width)
        return x / window.reshape(1, -1, 1, 1)


class Stage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)
        self.gate = BesselGate(outputs)

    def forward(self, x):
        x = self.conv(x)
        x = torch.ops.acme.swish(x, 1.5)
        return self.gate(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1 = Stage(3, 8)
        self.stage2 = Stage(8, 16)
        self.head = nn.Linear(16, 4)

    def forward(self, image):
        x = self.stage2(self.stage1(image))
        return self.head(x.mean(dim=(2, 3)))
