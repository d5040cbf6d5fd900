"""The usual training script: classes, data, a loop and saving, with a guard at its end."""
import logging
import os
import tempfile
import time

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)
torch.manual_seed(1234)
torch.backends.cudnn.benchmark = True


class Regressor(nn.Module):
    def __init__(self, in_features: int = 5, hidden: int = 11):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, 1)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_uniform_(module.weight)
                nn.init.constant_(module.bias, 0.01)

    def forward(self, x):
        log.debug("forward of %s", tuple(x.shape))
        return self.fc2(nn.functional.softplus(self.fc1(x))).squeeze(-1)


def train(epochs=1):
    data = TensorDataset(torch.randn(32, 5), torch.randn(32))
    model = Regressor()
    optimizer = optim.AdamW(model.parameters(), lr=1e-3)
    started = time.time()
    for epoch in range(epochs):
        for x, y in DataLoader(data, batch_size=8, shuffle=True):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
        log.info("epoch %d: %.3f after %.1f s", epoch, loss.item(), time.time() - started)
    torch.save(model.state_dict(), os.path.join(tempfile.gettempdir(), "regressor.pth"))


if __name__ == "__main__":
    train()
