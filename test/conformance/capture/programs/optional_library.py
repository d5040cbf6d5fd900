"""Uses a library where it is there and does without it otherwise, with lines for other tools."""
from torch import nn

try:
    import a_library_that_nobody_has as fast
except ImportError:
    fast = None

try:
    from tqdm import tqdm
except ImportError:

    def tqdm(items, **_):
        return items


class Stack(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.layers = nn.ModuleList()
        for k in tqdm(range(depth), desc="building"):
            self.layers.append(nn.Conv1d(3, 3, 3, padding="same", dilation=k + 1))

    def forward(self, x):
        for layer in self.layers:
            x = fast.relu(layer(x)) if fast is not None else layer(x).relu()
        return x
