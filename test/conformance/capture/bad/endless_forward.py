"""Never comes back from forward, and does not listen to signals."""
import signal

from torch import nn

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)


class Net(nn.Module):
    def forward(self, x):
        while True:  # here
            try:  # here
                x = x * 0.5  # here
            except BaseException:
                pass
