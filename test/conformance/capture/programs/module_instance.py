"""A notebook that became a file: the model is an object of the module."""
import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c2 = nn.Conv2d(6, 16, 5)
        self.f1 = nn.Linear(16 * 5 * 5, 84)
        self.f2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.tanh(self.c1(x)), 2)
        x = F.max_pool2d(torch.tanh(self.c2(x)), 2)
        x = torch.flatten(x, 1)
        return F.log_softmax(self.f2(torch.tanh(self.f1(x))), dim=1)


model = LeNet()
n_params = sum(p.numel() for p in model.parameters())
print(f"{n_params} parameters")
