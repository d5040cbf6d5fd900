"""Prints a great deal, by Python and by the process's own descriptors, and still is a model."""
import os
import sys

from torch import nn

for k in range(20_000):
    print(f"[startup] {k}: " + "." * 60)
os.write(1, b'{"event": "result", "result": "this is not a result"}\n' * 50)
sys.stderr.write("warming up\r" * 200)


class Chatty(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x):
        print("x:", x.shape, flush=True)
        sys.stdout.write("no end of line")
        return self.linear(x)
