"""Weight norm by hooks and spectral norm by parametrizations."""
from torch import nn
from torch.nn.utils import parametrizations, weight_norm


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            weight_norm(nn.Conv1d(2, 6, 3, padding=1)),
            nn.LeakyReLU(0.2),
            parametrizations.spectral_norm(nn.Conv1d(6, 6, 3, padding=1)),
            nn.LeakyReLU(0.2),
        )
        self.score = nn.utils.spectral_norm(nn.Linear(6, 1))

    def forward(self, wave):
        return self.score(self.net(wave).mean(-1))
