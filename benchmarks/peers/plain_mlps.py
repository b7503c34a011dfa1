"""Scaling MLPs and the Hourglass MLP in PyTorch, for model_steps.py."""
from torch import nn
import torch.nn.functional as F


class Residual(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return x + self.fc2(F.gelu(self.fc1(self.norm(x))))


class PlainMlp(nn.Module):
    """Residual blocks between two linear maps, of which the first may be fixed and without bias."""

    def __init__(self, before, width, hidden, blocks, after, fixed):
        super().__init__()
        self.first = nn.Linear(before, width, bias=not fixed)
        self.first.requires_grad_(not fixed)
        self.body = nn.Sequential(*[Residual(width, hidden) for _ in range(blocks)])
        self.last = nn.Linear(width, after)

    def forward(self, x):
        return self.last(self.body(self.first(x.flatten(1))))


def scaling_mlp():
    return PlainMlp(3 * 64 * 64, 512, 2048, 12, 11230, fixed=False)


def hourglass_mlp():
    return PlainMlp(784, 1568, 128, 4, 784, fixed=True)
