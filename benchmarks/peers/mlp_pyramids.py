"""RaftMLP-S and MS-MLP tiny in PyTorch, as their papers describe them, for model_steps.py."""
import torch
from torch import nn
import torch.nn.functional as F


def feed_forward(width, factor):
    return nn.Sequential(nn.Linear(width, factor * width), nn.GELU(), nn.Linear(factor * width, width))


# ---- RaftMLP ----
class RaftBlock(nn.Module):
    """Vertical, then horizontal MLPs over rafts of r channels, then an MLP over the channels."""

    def __init__(self, dim, grid, raft):
        super().__init__()
        self.shape = (grid, grid, raft, dim // raft)
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(3))
        self.vertical = feed_forward(raft * grid, 2)
        self.horizontal = feed_forward(raft * grid, 2)
        self.channels = feed_forward(dim, 4)

    def forward(self, x):  # [B, N, D]
        b, n, d = x.shape
        g, _, r, o = self.shape
        y = self.norms[0](x).view(b, g, g, r, o).permute(0, 4, 2, 3, 1)  # [B, o, j, q, i]
        y = self.vertical(y.reshape(b, o * g, r * g)).view(b, o, g, r, g)
        x = x + y.permute(0, 4, 2, 3, 1).reshape(b, n, d)
        y = self.norms[1](x).view(b, g, g, r, o).permute(0, 4, 1, 3, 2)  # [B, o, i, q, j]
        y = self.horizontal(y.reshape(b, o * g, r * g)).view(b, o, g, r, g)
        x = x + y.permute(0, 2, 4, 3, 1).reshape(b, n, d)
        return x + self.channels(self.norms[2](x))


class RaftLevel(nn.Module):
    def __init__(self, before, depth, dim, patch, raft, kernels, grid):
        super().__init__()
        self.patch, self.kernels, self.grid = patch, kernels, grid
        self.embed = nn.Linear(before * sum(k * k for k in kernels), dim)
        self.blocks = nn.Sequential(*[RaftBlock(dim, grid, raft) for _ in range(depth)])

    def forward(self, x):  # [B, C, h, w]
        parts = [F.unfold(x, k, stride=self.patch, padding=(k - self.patch) // 2).transpose(1, 2)
                 for k in self.kernels]
        y = self.blocks(self.embed(torch.cat(parts, 2)))
        return y.transpose(1, 2).unflatten(2, (self.grid, self.grid))


class RaftMlp(nn.Module):
    def __init__(self, dims=(64, 128, 256, 512), depths=(2, 2, 6, 2), classes=1000):
        super().__init__()
        kernels = [[4, 8], [2, 4], [2, 4], [2]]
        grids = [56, 28, 14, 7]
        before = [3, *dims]
        self.levels = nn.Sequential(*[
            RaftLevel(before[i], depths[i], dims[i], kernels[i][0], 2, kernels[i], grids[i])
            for i in range(4)])
        self.norm = nn.LayerNorm(dims[-1])
        self.head = nn.Linear(dims[-1], classes)

    def forward(self, x):
        y = self.levels(x).permute(0, 2, 3, 1)
        return self.head(self.norm(y).mean((1, 2)))


# ---- MS-MLP ----
class MixShiftBlock(nn.Module):
    def __init__(self, dim, kernels, drop, distances=(-2, -1, 0, 1, 2)):
        super().__init__()
        self.distances, self.drop = distances, drop
        size = -(-dim // len(kernels))
        self.sizes = [min(size, dim - i * size) for i in range(len(kernels))]

        def convolutions():
            return nn.ModuleList(nn.Conv2d(c, c, k, padding=k // 2, groups=c)
                                 for c, k in zip(self.sizes, kernels))
        self.across, self.down = convolutions(), convolutions()
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = feed_forward(dim, 4)
        self.gamma = nn.Parameter(1e-6 * torch.ones(dim))

    def forward(self, x):
        groups = x.split(self.sizes, 1)
        across = [c(torch.roll(g, d, 3)) for c, g, d in zip(self.across, groups, self.distances)]
        down = [c(torch.roll(g, d, 2)) for c, g, d in zip(self.down, groups, self.distances)]
        y = torch.cat(across, 1) + torch.cat(down, 1)
        y = self.gamma * self.mlp(self.norm(y.permute(0, 2, 3, 1)))
        if self.training and self.drop > 0:
            keep = 1 - self.drop
            y = y * y.new_empty(y.shape[0], 1, 1, 1).bernoulli_(keep).div_(keep)
        return x + y.permute(0, 3, 1, 2)


class Reduction(nn.Module):
    def __init__(self, before, dim, size):
        super().__init__()
        self.proj = nn.Conv2d(before, dim, size, size)
        self.norm = nn.LayerNorm(dim, eps=1e-6)

    def forward(self, x):
        return self.norm(self.proj(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class MsMlp(nn.Module):
    def __init__(self, dim=96, depths=(3, 3, 9, 3), classes=1000):
        super().__init__()
        kernels = [[1, 1, 3, 5, 7], [1, 3, 3, 5, 7], [1, 5, 5, 5, 7], [1, 7, 7, 7, 7]]
        rates = torch.linspace(0, 0.1, sum(depths)).tolist()
        parts = [Reduction(3, dim, 4)]
        for s, depth in enumerate(depths):
            parts += [MixShiftBlock(dim << s, kernels[s], rates.pop(0)) for _ in range(depth)]
            if s + 1 < len(depths):
                parts.append(Reduction(dim << s, dim << (s + 1), 2))
        self.body = nn.Sequential(*parts)
        self.norm = nn.LayerNorm(dim << (len(depths) - 1), eps=1e-6)
        self.head = nn.Linear(dim << (len(depths) - 1), classes)

    def forward(self, x):
        return self.head(self.norm(self.body(x).mean((2, 3))))
