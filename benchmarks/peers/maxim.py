"""MAXIM with one stage (S-1) in PyTorch, for model_steps.py."""
import torch
from torch import nn
import torch.nn.functional as F

EPS = 1e-6


def gelu(x):
    return F.gelu(x, approximate="tanh")


class ChannelNorm(nn.LayerNorm):
    """Of the channels of maps [B, C, H, W]."""

    def __init__(self, dim):
        super().__init__(dim, eps=EPS)

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


# Windows of [B, H, W, C]: blocks of a size mix the pixels of each, a grid mixes the windows.
def cut(x, size, grid):
    b, h, w, c = x.shape
    fh, fw = (h // size, w // size) if grid else (size, size)
    y = x.view(b, h // fh, fh, w // fw, fw, c).transpose(2, 3)
    return y.reshape(b, (h // fh) * (w // fw), fh * fw, c)


def join(y, shape, size, grid):
    b, h, w, c = shape
    fh, fw = (h // size, w // size) if grid else (size, size)
    return y.view(b, h // fh, w // fw, fh, fw, c).transpose(2, 3).reshape(b, h, w, c)


def along(y, linear, grid):
    axis = 1 if grid else 2
    return linear(y.transpose(axis, 3)).transpose(axis, 3)


class AxisMlp(nn.Module):
    def __init__(self, dim, size, grid):
        super().__init__()
        self.size, self.grid = size, grid
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.first = nn.Linear(dim, 2 * dim)
        self.inner = nn.LayerNorm(dim, eps=EPS)
        self.gate = nn.Linear(size * size, size * size)
        self.last = nn.Linear(dim, dim)

    def forward(self, x):
        y = cut(x, self.size, self.grid)
        u, v = gelu(self.first(self.norm(y))).chunk(2, -1)
        v = along(self.inner(v), self.gate, self.grid)
        return join(y + self.last(u * (v + 1)), x.shape, self.size, self.grid)


class MultiAxis(nn.Module):
    def __init__(self, dim, size):
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.first, self.last = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)
        self.grid, self.block = AxisMlp(dim, size, True), AxisMlp(dim, size, False)

    def forward(self, x):  # [B, C, H, W]
        y = x.permute(0, 2, 3, 1)
        u, v = gelu(self.first(self.norm(y))).chunk(2, -1)
        y = y + self.last(torch.cat([self.grid(u), self.block(v)], -1))
        return y.permute(0, 3, 1, 2)


class Attention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(dim, dim // 4, 1), nn.Conv2d(dim // 4, dim, 1)

    def forward(self, x):
        return x * self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))).sigmoid()


class ConvAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.body = nn.Sequential(
            ChannelNorm(dim), nn.Conv2d(dim, dim, 3, padding=1), nn.LeakyReLU(0.2),
            nn.Conv2d(dim, dim, 3, padding=1), Attention(dim))

    def forward(self, x):
        return x + self.body(x)


class DenseAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.fc1, self.fc2 = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.attention = Attention(dim)

    def forward(self, x):
        y = self.fc2(gelu(self.fc1(self.norm(x.permute(0, 2, 3, 1)))))
        return x + self.attention(y.permute(0, 3, 1, 2))


class GateWeights(nn.Module):
    def __init__(self, dim, size):
        super().__init__()
        self.size = size
        self.norm = nn.LayerNorm(dim, eps=EPS)
        self.first, self.last = nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)
        self.grid, self.block = (nn.Linear(size * size, size * size) for _ in range(2))

    def forward(self, x):
        u, v = gelu(self.first(self.norm(x))).chunk(2, -1)
        parts = [join(along(cut(part, self.size, grid), linear, grid), part.shape, self.size, grid)
                 for part, linear, grid in ((u, self.grid, True), (v, self.block, False))]
        return self.last(torch.cat(parts, -1))


class CrossGating(nn.Module):
    def __init__(self, dim_x, dim_y, dim, size):
        super().__init__()
        self.up = nn.ConvTranspose2d(dim_y, dim, 2, 2)
        self.to_x, self.to_y = nn.Conv2d(dim_x, dim, 1), nn.Conv2d(dim, dim, 1)
        self.norms = nn.ModuleList(nn.LayerNorm(dim, eps=EPS) for _ in range(2))
        self.ins = nn.ModuleList(nn.Linear(dim, dim) for _ in range(2))
        self.gates = nn.ModuleList(GateWeights(dim, size) for _ in range(2))
        self.outs = nn.ModuleList(nn.Linear(dim, dim) for _ in range(2))

    def forward(self, x, y):
        sx = self.to_x(x).permute(0, 2, 3, 1)
        sy = self.to_y(self.up(y)).permute(0, 2, 3, 1)
        x, y = (gelu(self.ins[i](self.norms[i](s))) for i, s in enumerate((sx, sy)))
        gx, gy = self.gates[0](x), self.gates[1](y)
        y = self.outs[1](y * gx) + sy
        x = self.outs[0](x * gy) + y + sx
        return x.permute(0, 3, 1, 2), y.permute(0, 3, 1, 2)


class Level(nn.Module):
    """The body of an encoder or a decoder."""

    def __init__(self, before, dim, size, groups=2):
        super().__init__()
        self.first = nn.Conv2d(before, dim, 1)
        self.body = nn.Sequential(*[
            part for _ in range(groups) for part in (MultiAxis(dim, size), ConvAttention(dim))])

    def forward(self, x):
        x = self.first(x)
        return x + self.body(x)


class Bottleneck(nn.Module):
    def __init__(self, dim, size, groups=2):
        super().__init__()
        self.first = nn.Conv2d(dim, dim, 1)
        self.body = nn.Sequential(*[
            part for _ in range(groups) for part in (MultiAxis(dim, size), DenseAttention(dim))])

    def forward(self, x):
        x = self.first(x)
        return x + self.body(x)


class Resized(nn.Module):
    def __init__(self, before, dim, ratio):
        super().__init__()
        self.ratio = ratio
        self.conv = nn.Conv2d(before, dim, 1)

    def forward(self, x):
        if self.ratio != 1:
            x = F.interpolate(x, scale_factor=self.ratio, mode="bilinear", antialias=self.ratio < 1)
        return self.conv(x)


class Maxim(nn.Module):
    def __init__(self, features=32, depth=3):
        super().__init__()
        self.depth = d = depth
        f = [features << i for i in range(d)]
        size = [16, 16, 8][:d]

        def resize(i):
            return nn.ModuleList(Resized(f[j], f[i], 2.0 ** (j - i)) for j in range(d))
        self.inputs = nn.ModuleList(nn.Conv2d(3, w, 3, padding=1) for w in f)
        self.encoders = nn.ModuleList(
            Level(2 * f[0] if i == 0 else f[i - 1] + f[i], f[i], size[i]) for i in range(d))
        self.downs = nn.ModuleList(nn.Conv2d(w, w, 4, 2, 1) for w in f)
        self.bottom = nn.Sequential(*[Bottleneck(f[-1], 8) for _ in range(2)])
        self.to_gates = nn.ModuleList(resize(i) for i in range(d))
        self.gates = nn.ModuleList(
            CrossGating(d * f[i], f[min(i + 1, d - 1)], f[i], size[i]) for i in range(d))
        self.to_decoders = nn.ModuleList(resize(i) for i in range(d))
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(f[min(i + 1, d - 1)], f[i], 2, 2) for i in range(d))
        self.decoders = nn.ModuleList(Level((d + 1) * f[i], f[i], size[i]) for i in range(d))
        self.outputs = nn.ModuleList(nn.Conv2d(w, 3, 3, padding=1) for w in f)

    def forward(self, image):
        d = range(self.depth)
        images = [image if i == 0 else F.interpolate(image, scale_factor=0.5 ** i, mode="nearest-exact")
                  for i in d]
        inputs = [conv(x) for conv, x in zip(self.inputs, images)]
        x, encoded = inputs[0], []
        for i in d:
            encoded.append(self.encoders[i](torch.cat([x, inputs[i]], 1)))
            x = self.downs[i](encoded[i])
        y = x = self.bottom(x)
        skips = [None] * self.depth
        for i in reversed(d):
            signal = torch.cat([up(e) for up, e in zip(self.to_gates[i], encoded)], 1)
            skips[i], y = self.gates[i](signal, y)
        results = [None] * self.depth
        for i in reversed(d):
            signal = torch.cat([self.to_decoders[i][j](skips[j]) for j in reversed(d)], 1)
            x = self.decoders[i](torch.cat([self.ups[i](x), signal], 1))
            results[i] = self.outputs[i](x) + images[i]
        return results


def loss(model, image):
    return sum(result.square().mean() for result in model(image))
