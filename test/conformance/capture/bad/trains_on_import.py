"""A script without a guard: it trains when it is imported."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x):
        return self.linear(x)  # here


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(10**9):  # here
    optimizer.zero_grad()  # here
    net(torch.randn(8, 4)).pow(2).mean().backward()  # here
    optimizer.step()  # here
    print("epoch", epoch)  # here
