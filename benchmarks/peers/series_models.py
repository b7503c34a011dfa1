"""TSMixer, TSM2 and ViM2 in PyTorch, for model_steps.py: the scan is a loop over the steps."""
import math

import torch
from torch import nn
import torch.nn.functional as F


# ---- TSMixer, gated, channels apart, forecasting ----
class Gate(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.attn = nn.Linear(k, k)

    def forward(self, x):
        return x * torch.softmax(self.attn(x), -1)


class MixerPart(nn.Module):
    """Norm, MLP and gate along the patches or the features; residual."""

    def __init__(self, k, d, patches):
        super().__init__()
        self.patches = patches
        self.norm = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(k, 2 * k), nn.GELU(), nn.Dropout(0.2),
                                 nn.Linear(2 * k, k), nn.Dropout(0.2))
        self.gate = Gate(k)

    def forward(self, x):
        y = self.norm(x)
        if self.patches:
            return x + self.gate(self.mlp(y.transpose(2, 3))).transpose(2, 3)
        return x + self.gate(self.mlp(y))


class TsMixer(nn.Module):
    def __init__(self, t=512, h=96, p=16, d=32, layers=8):
        super().__init__()
        n = t // p
        self.p = p
        self.patcher = nn.Linear(p, d)
        self.layers = nn.Sequential(*[
            part for _ in range(layers) for part in (MixerPart(n, d, True), MixerPart(d, d, False))])
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(n * d, h)

    def forward(self, x):
        loc = x.mean(1, keepdim=True)
        scale = ((x - loc).square().mean(1, keepdim=True) + 1e-5).sqrt()
        patches = ((x - loc) / scale).transpose(1, 2).unfold(2, self.p, self.p)
        y = self.head(self.drop(self.layers(self.patcher(patches)).flatten(2)))
        return y.transpose(1, 2) * scale + loc


# ---- Mamba ----
def scan(u, dt, a, b, c, skip, z=None):
    """u, dt [B, D, L]; a [D, N]; b, c [B, G, N, L]."""
    share = u.shape[1] // b.shape[1]
    b, c = (x.repeat_interleave(share, 1) for x in (b, c))
    decay = torch.exp(torch.einsum("bdl,dn->bdln", dt, a))
    entry = torch.einsum("bdl,bdnl,bdl->bdln", dt, b, u)
    h = u.new_zeros(u.shape[0], u.shape[1], a.shape[1])
    outputs = []
    for i in range(u.shape[2]):
        h = decay[:, :, i] * h + entry[:, :, i]
        outputs.append(torch.einsum("bdn,bdn->bd", h, c[:, :, :, i]))
    y = torch.stack(outputs, 2) + u * skip[:, None]
    return y if z is None else y * F.silu(z)


def rates(d, n):
    return nn.Parameter(torch.log(torch.arange(1.0, n + 1)).repeat(d, 1))


def step_bias(*shape):
    dt = torch.exp(torch.rand(*shape) * math.log(100) + math.log(0.001)).clamp(min=1e-4)
    return dt + torch.log(-torch.expm1(-dt))


class Direction(nn.Module):
    def __init__(self, inner, rank, n, k):
        super().__init__()
        self.sizes = [rank, n, n]
        self.k = k
        self.conv = nn.Conv1d(inner, inner, k, padding=k - 1, groups=inner)
        self.x_proj = nn.Linear(inner, rank + 2 * n, bias=False)
        self.dt_proj = nn.Linear(rank, inner)
        nn.init.uniform_(self.dt_proj.weight, -rank ** -0.5, rank ** -0.5)
        self.dt_proj.bias.data = step_bias(inner)
        self.a_log = rates(inner, n)
        self.skip = nn.Parameter(torch.ones(inner))

    def forward(self, x, z):
        x = F.silu(self.conv(x)[:, :, :x.shape[2]])
        dt, b, c = self.x_proj(x.transpose(1, 2)).split(self.sizes, 2)
        dt = F.softplus(self.dt_proj(dt)).transpose(1, 2)
        b, c = (y.transpose(1, 2).unsqueeze(1) for y in (b, c))
        return scan(x, dt, -self.a_log.exp(), b, c, self.skip, z)


class Mamba(nn.Module):
    def __init__(self, d, n, k, expand, both=False):
        super().__init__()
        inner, rank = int(expand * d), math.ceil(d / 16)
        self.in_proj = nn.Linear(d, 2 * inner, bias=False)
        self.ahead = Direction(inner, rank, n, k)
        self.back = Direction(inner, rank, n, k) if both else None
        self.out_proj = nn.Linear(inner, d, bias=False)

    def forward(self, x):
        x, z = self.in_proj(x).transpose(1, 2).chunk(2, 1)
        y = self.ahead(x, z)
        if self.back is not None:
            y = y + self.back(x.flip(2), z.flip(2)).flip(2)
        return self.out_proj(y.transpose(1, 2))


class ChannelMixer(nn.Module):
    def __init__(self, tokens, n, k, expand):
        super().__init__()
        self.mixer = Mamba(tokens, n, k, expand, both=True)

    def forward(self, x):
        return self.mixer(x.transpose(1, 2)).transpose(1, 2)


class Stack(nn.Module):
    """Blocks that take learned averages of all earlier ones."""

    def __init__(self, blocks, norm, token_mixer, channel_mixer):
        super().__init__()
        self.token_norms = nn.ModuleList([norm() for _ in range(blocks)])
        self.channel_norms = nn.ModuleList([norm() for _ in range(blocks)])
        self.token_mixers = nn.ModuleList([token_mixer() for _ in range(blocks)])
        self.channel_mixers = nn.ModuleList([channel_mixer() for _ in range(blocks)])

        def ones(size, zero):
            w = torch.ones(size)
            w[0] = 0 if zero else 1
            return nn.Parameter(w)

        self.alpha = nn.ParameterList([ones(i + 1, False) for i in range(blocks + 1)])
        self.beta = nn.ParameterList([ones(i + 1, True) for i in range(blocks + 1)])
        self.theta = nn.ParameterList([ones(i + 2, False) for i in range(blocks)])
        self.gamma = nn.ParameterList([ones(i + 1, True) for i in range(blocks)])

    @staticmethod
    def sum(tokens, wt, channels, wc):
        parts = [w * x for w, x in zip(wt, tokens)] + [w * x for w, x in zip(wc, channels)]
        return sum(parts[1:], parts[0])

    def forward(self, x):
        tokens, channels = [x], [x]
        for i, mixer in enumerate(self.token_mixers):
            y = self.sum(tokens, self.alpha[i], channels, self.beta[i])
            tokens.append(mixer(self.token_norms[i](y)))
            y = self.sum(tokens, self.theta[i], channels, self.gamma[i])
            channels.append(self.channel_mixers[i](self.channel_norms[i](y)))
        return self.sum(tokens, self.alpha[-1], channels, self.beta[-1])


class Tsm2(nn.Module):
    def __init__(self, t=96, h=96, c=7, blocks=2, n=8, k=4):
        super().__init__()
        self.stack = Stack(blocks, lambda: nn.LayerNorm((t, c)), lambda: Mamba(c, n, k, 2),
                           lambda: ChannelMixer(t, n, k, 1))
        self.temporal = nn.Linear(t, h)

    def forward(self, x):
        mean = x.mean(1, keepdim=True).detach()
        std = (x.var(1, keepdim=True, unbiased=False) + 1e-5).sqrt().detach()
        y = self.temporal(self.stack((x - mean) / std).transpose(1, 2)).transpose(1, 2)
        return y * std + mean


# ---- ViM2 ----
class Ss2d(nn.Module):
    def __init__(self, d, side, n):
        super().__init__()
        self.side, self.sizes = side, [math.ceil(d / 16), n, n]
        rank = self.sizes[0]
        self.in_proj = nn.Linear(d, 2 * d, bias=False)
        self.conv = nn.Conv2d(d, d, 3, padding=1, groups=d)
        self.x_proj = nn.Parameter((torch.rand(4, rank + 2 * n, d) * 2 - 1) * d ** -0.5)
        self.dt_proj = nn.Parameter((torch.rand(4, d, rank) * 2 - 1) * rank ** -0.5)
        self.dt_bias = nn.Parameter(step_bias(4, d))
        self.a_log = rates(4 * d, n)
        self.skip = nn.Parameter(torch.ones(4 * d))
        self.norm = nn.LayerNorm(d)
        self.out_proj = nn.Linear(d, d, bias=False)

    def forward(self, tokens):
        g = self.side
        x, z = self.in_proj(tokens.unflatten(1, (g, g))).chunk(2, 3)
        x = F.silu(self.conv(x.permute(0, 3, 1, 2)))
        two = torch.stack([x.flatten(2), x.transpose(2, 3).flatten(2)], 1)
        xs = torch.cat([two, two.flip(3)], 1)  # [B, 4, D, L]
        dt, b, c = torch.einsum("bkdl,krd->bkrl", xs, self.x_proj).split(self.sizes, 2)
        dt = torch.einsum("bkrl,kdr->bkdl", dt, self.dt_proj) + self.dt_bias[:, :, None]
        y = scan(xs.flatten(1, 2), F.softplus(dt).flatten(1, 2), -self.a_log.exp(), b, c, self.skip)
        y = y.unflatten(1, (4, -1))
        y = y[:, :2] + y[:, 2:].flip(3)
        y = y[:, 0] + y[:, 1].unflatten(2, (g, g)).transpose(2, 3).flatten(2)
        y = self.norm(y.transpose(1, 2)).unflatten(1, (g, g)) * F.silu(z)
        return self.out_proj(y).flatten(1, 2)


class Merging(nn.Module):
    def __init__(self, a, b, side):
        super().__init__()
        self.side = side
        self.norm = nn.LayerNorm(4 * a)
        self.reduction = nn.Linear(4 * a, b, bias=False)

    def forward(self, x):
        x = x.unflatten(1, (self.side, self.side))
        parts = [x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)]
        return self.reduction(self.norm(torch.cat(parts, 3).flatten(1, 2)))


class Vim2(nn.Module):
    def __init__(self, size=32, patch=4, dims=(48, 96), depths=(2, 2), n=8, classes=10):
        super().__init__()
        self.embed = nn.Conv2d(3, dims[0], patch, patch)
        self.embed_norm = nn.LayerNorm(dims[0])
        parts = []
        side = size // patch
        for i, (d, depth) in enumerate(zip(dims, depths)):
            parts.append(Stack(depth, lambda: nn.LayerNorm(d), lambda: Ss2d(d, side, n),
                               lambda: ChannelMixer(side * side, n, 3, 1)))
            if i + 1 < len(dims):
                parts.append(Merging(d, dims[i + 1], side))
                side //= 2
        self.body = nn.Sequential(*parts)
        self.norm = nn.LayerNorm(dims[-1])
        self.head = nn.Linear(dims[-1], classes)

    def forward(self, x):
        x = self.embed_norm(self.embed(x).flatten(2).transpose(1, 2))
        return self.head(self.norm(self.body(x)).mean(1))
