"""Strip-MLP, NiNformer, AFFNet and the dynamic spectrum mixer in PyTorch, for model_steps.py."""
import torch
from torch import nn
import torch.nn.functional as F

from mlp_pyramids import feed_forward


def drop_path(x, rate, training):
    if not training or rate == 0:
        return x
    return x * x.new_empty(x.shape[0], 1, 1, 1).bernoulli_(1 - rate).div_(1 - rate)


# ---- Strip-MLP ----
class Positions(nn.Module):
    """A learned value for every channel and distance of two places on a line."""

    def __init__(self, dim, side):
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(2 * side + 1, dim))
        line = torch.arange(side)
        self.register_buffer("index", line[None, :] - line[:, None] + side, persistent=False)

    def forward(self):
        return self.table[self.index].permute(2, 0, 1)


class StripTokens(nn.Module):
    def __init__(self, dim, side):
        super().__init__()
        half = self.half = dim // 2
        self.patches = 2 if dim % 80 == 0 else 4
        self.inner = half // self.patches
        self.mlp = nn.Sequential(nn.Conv2d(dim, dim, 1), nn.BatchNorm2d(dim))
        self.rows = Positions(half, side)
        self.columns = Positions(half, side)
        lines = self.inner * side
        self.proj_h, self.proj_w = (
            nn.Conv2d(lines, lines, (1, 3), padding=(0, 1), groups=self.inner) for _ in range(2))
        self.norm = nn.BatchNorm2d(half)
        self.fuse_h, self.fuse_w = (nn.Conv2d(dim, half, 1, bias=False) for _ in range(2))
        self.wide = nn.Conv2d(half, half, (3, 7), padding=(1, 3), groups=half, bias=False)
        self.high = nn.Conv2d(half, half, (7, 3), padding=(3, 1), groups=half, bias=False)
        self.weigh = nn.Sequential(
            nn.Conv2d(half, half // 2, 1), nn.GELU(), nn.Conv2d(half // 2, 3 * half, 1))
        self.fuse = nn.Conv2d(dim, dim, 1, bias=False)

    def strips(self, x):
        b, d, h, w = x.shape
        y = x.view(b, self.patches, self.inner, h, w)
        across = y.permute(0, 2, 4, 1, 3).reshape(b, self.inner * w, self.patches, h)
        across = self.proj_h(across).view(b, self.inner, w, self.patches, h)
        return across.permute(0, 3, 1, 4, 2).reshape(b, d, h, w)

    def stripes(self, x):
        b, d, h, w = x.shape
        y = x.view(b, self.patches, self.inner, h, w)
        down = y.permute(0, 2, 3, 1, 4).reshape(b, self.inner * h, self.patches, w)
        down = self.proj_w(down).view(b, self.inner, h, self.patches, w)
        return down.permute(0, 3, 1, 2, 4).reshape(b, d, h, w)

    def forward(self, x):
        x1, x2 = F.gelu(self.mlp(x)).split(self.half, 1)
        h = self.fuse_h(torch.cat([self.strips(x1 + self.rows()), x1], 1))
        h = F.gelu(self.norm(h)) + self.columns()
        x1 = self.fuse_w(torch.cat([x1, self.stripes(h)], 1))
        p, q = self.wide(x2), self.high(x2)
        z = self.weigh((q + p + x2).mean((2, 3), keepdim=True))
        z = z.view(x.shape[0], self.half, 3, 1).softmax(2).unsqueeze(4)
        x2 = q * z[:, :, 0] + p * z[:, :, 1] + x2 * z[:, :, 2]
        return self.fuse(torch.cat([x1, x2], 1))


class StripChannels(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv = nn.Conv2d(dim, dim, 7, padding=3, groups=dim, bias=False)
        self.norm = nn.LayerNorm(dim)
        self.fc1, self.fc2 = nn.Linear(dim, 3 * dim), nn.Linear(3 * dim, dim)
        self.gamma, self.beta = (nn.Parameter(torch.zeros(1, 1, 1, 3 * dim)) for _ in range(2))

    def forward(self, x):
        y = F.gelu(self.fc1(self.norm(self.conv(x).permute(0, 2, 3, 1))))
        g = y.norm(p=2, dim=(1, 2), keepdim=True)
        y = self.gamma * (y * (g / (g.mean(-1, keepdim=True) + 1e-6))) + self.beta + y
        return self.fc2(y).permute(0, 3, 1, 2)


class StripBlock(nn.Module):
    def __init__(self, dim, side):
        super().__init__()
        self.tokens = nn.Sequential(
            nn.BatchNorm2d(dim), nn.GELU(), nn.Conv2d(dim, dim, 3, padding=1, groups=dim, bias=False),
            StripTokens(dim, side))
        self.channels = StripChannels(dim)

    def forward(self, x):
        x = x + drop_path(self.tokens(x), 0.1, self.training)
        return x + drop_path(self.channels(x), 0.1, self.training)


class StripMlp(nn.Module):
    def __init__(self, dim=80, layers=(2, 2, 6, 2), side=56, classes=1000):
        super().__init__()

        def halve(before, after, groups=1):
            return nn.Conv2d(before, after, 2, 2, groups=groups, bias=False)
        self.embed = nn.Conv2d(3, dim, 4, 4, bias=False)
        self.stages = nn.ModuleList(
            nn.Sequential(*[StripBlock(dim << s, side >> s) for _ in range(count)])
            for s, count in enumerate(layers))
        self.merge = nn.ModuleList(halve(dim << s, dim << (s + 1)) for s in range(3))
        self.s1 = halve(2 * dim, 4 * dim, 2 * dim)
        self.t1 = halve(4 * dim, 8 * dim, 4 * dim)
        self.s2 = halve(4 * dim, 8 * dim, 4 * dim)
        self.norm = nn.BatchNorm2d(8 * dim)
        self.head = nn.Linear(8 * dim, classes)

    def forward(self, x):
        x = self.merge[0](self.stages[0](self.embed(x)))
        s1 = self.s1(x)
        t1 = self.t1(s1)
        x = self.merge[1](self.stages[1](x))
        s2 = self.s2(x)
        x = self.merge[2](self.stages[2](x + s1))
        x = self.norm(self.stages[3](x + t1 + s2))
        return self.head(x.mean((2, 3)))


# ---- NiNformer ----
def dropping(width, hidden):
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(0.5),
                         nn.Linear(hidden, width), nn.Dropout(0.5))


class GatedBlock(nn.Module):
    def __init__(self, dim, hidden, tokens):
        super().__init__()
        self.norm, self.norm1, self.norm2 = (nn.LayerNorm(dim) for _ in range(3))
        self.tokens, self.channels = dropping(tokens, hidden), dropping(dim, hidden)
        self.proj = nn.Linear(dim, dim)
        self.ffn = dropping(dim, hidden)

    def gate(self, x):
        y = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return self.proj(x) * (y + self.channels(self.norm2(y)))

    def forward(self, x):
        x = x + self.gate(self.norm(x))
        return x + self.ffn(self.norm(x))


class NinFormer(nn.Module):
    def __init__(self, dim=256, hidden=512, layers=4, classes=10):
        super().__init__()
        self.patcher = nn.Conv2d(3, dim, 4, 4)
        self.body = nn.Sequential(*[GatedBlock(dim, hidden, 64) for _ in range(layers)])
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        return self.head(self.body(self.patcher(x).flatten(2).transpose(1, 2)).mean(1))


# ---- AFFNet ----
def conv_norm(before, after, size, stride=1, groups=1, act=True):
    parts = [nn.Conv2d(before, after, size, stride, size // 2, groups=groups, bias=False),
             nn.BatchNorm2d(after)]
    return nn.Sequential(*parts, nn.SiLU()) if act else nn.Sequential(*parts)


class Inverted(nn.Module):
    def __init__(self, before, after, stride, expand):
        super().__init__()
        hidden = before * expand
        self.residual = stride == 1 and before == after
        self.body = nn.Sequential(
            conv_norm(before, hidden, 1), conv_norm(hidden, hidden, 3, stride, hidden),
            conv_norm(hidden, after, 1, act=False))

    def forward(self, x):
        return x + self.body(x) if self.residual else self.body(x)


class FrequencyFilter(nn.Module):
    def __init__(self, dim, blocks=8):
        super().__init__()
        s = dim // blocks
        self.blocks = blocks
        self.w1, self.w2 = (nn.Parameter(0.02 * torch.randn(2, blocks, s, s)) for _ in range(2))
        self.b1, self.b2 = (nn.Parameter(0.02 * torch.randn(2, blocks, s)) for _ in range(2))

    @staticmethod
    def product(r, i, w, b):
        def mul(x, v):
            return torch.einsum("bkihw,kio->bkohw", x, v)
        bias = b[..., None, None]
        return mul(r, w[0]) - mul(i, w[1]) + bias[0], mul(i, w[0]) + mul(r, w[1]) + bias[1]

    def forward(self, x):
        spectrum = torch.fft.rfft2(x, norm="ortho")
        grouped = spectrum.unflatten(1, (self.blocks, -1))
        r, i = self.product(grouped.real, grouped.imag, self.w1, self.b1)
        r, i = self.product(F.silu(r), F.silu(i), self.w2, self.b2)
        mask = torch.complex(F.softshrink(r, 0.01), F.softshrink(i, 0.01)).flatten(1, 2)
        return torch.fft.irfft2(mask * spectrum, s=x.shape[-2:], norm="ortho") + x


class FilterBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(1, dim), nn.GroupNorm(1, dim)
        self.mlp = Inverted(dim, dim, 1, 2)
        self.filter = FrequencyFilter(dim)

    def forward(self, x):
        return x + self.filter(self.norm2(self.mlp(self.norm1(x))))


class FilterStage(nn.Module):
    def __init__(self, before, dim, count, expand):
        super().__init__()
        self.down = Inverted(before, dim, 2, expand)
        self.body = nn.Sequential(*[FilterBlock(dim) for _ in range(count)],
                                  nn.GroupNorm(1, dim), conv_norm(dim, dim, 1, act=False))
        self.fusion = conv_norm(2 * dim, dim, 1)

    def forward(self, x):
        x = self.down(x)
        return self.fusion(torch.cat([x, self.body(x)], 1))


class AffNet(nn.Module):
    def __init__(self, dims=(32, 48, 96, 160, 192), expand=4, counts=(2, 4, 3), classes=1000):
        super().__init__()
        last = min(4 * dims[4], 960)
        self.body = nn.Sequential(
            conv_norm(3, 16, 3, 2), Inverted(16, dims[0], 1, expand),
            Inverted(dims[0], dims[1], 2, expand),
            *[Inverted(dims[1], dims[1], 1, expand) for _ in range(2)],
            *[FilterStage(dims[i + 1], dims[i + 2], counts[i], expand) for i in range(3)],
            conv_norm(dims[4], last, 1))
        self.head = nn.Linear(last, classes)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


# ---- Dynamic spectrum mixer ----
def cosines(n):
    k, t = torch.arange(n)[:, None], torch.arange(n)[None, :]
    matrix = torch.cos(torch.pi * (2 * t + 1) * k / (2 * n)) * (2 / n) ** 0.5
    matrix[0] = n ** -0.5
    return matrix


class SpectrumMixer(nn.Module):
    def __init__(self, dim, side, groups=8, bands=8):
        super().__init__()
        self.groups, self.bands = groups, bands
        self.proj_in, self.proj_out = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)
        self.fc1, self.fc2 = nn.Linear(dim, dim // 4), nn.Linear(dim // 4, groups)
        self.bias = nn.Parameter(torch.zeros(bands, groups))
        self.weight = nn.Parameter(torch.ones(side, side, dim))
        self.register_buffer("basis", cosines(side), persistent=False)
        line = torch.arange(side) / side
        radius = ((line[:, None] ** 2 + line[None, :] ** 2) / 2).sqrt()
        band = (bands * radius + 1e-6).long().clamp(max=bands - 1).flatten()
        self.register_buffer("band", band, persistent=False)
        mean = F.one_hot(band, bands).float().T
        mean = mean / mean.sum(1, keepdim=True).clamp(min=1)
        self.register_buffer("mean", mean, persistent=False)

    def forward(self, x):  # [B, H, W, C]
        z = torch.einsum("uh,bhwc,vw->buvc", self.basis, self.proj_in(x), self.basis)
        means = self.mean @ z.abs().flatten(1, 2)
        gains = self.fc2(F.gelu(self.fc1(self.norm(means)))) + self.bias
        gains = self.bands * gains.softmax(1)
        gains = gains[:, self.band].unflatten(1, z.shape[1:3]).unsqueeze(4)
        z = ((z * self.weight).unflatten(3, (self.groups, -1)) * gains).flatten(3, 4)
        return self.proj_out(torch.einsum("uh,buvc,vw->bhwc", self.basis, z, self.basis))


class SpectrumBlock(nn.Module):
    def __init__(self, dim, side):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.mixer = SpectrumMixer(dim, side)
        self.mlp = feed_forward(dim, 4)

    def forward(self, x):
        x = x + self.mixer(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Dsm(nn.Module):
    def __init__(self, dims=(64, 128, 320, 512), depths=(2, 2, 8, 2), classes=1000):
        super().__init__()
        before = [3, *dims]
        self.embeds = nn.ModuleList(
            nn.Conv2d(before[i], dims[i], 7 if i == 0 else 3, 4 if i == 0 else 2, 3 if i == 0 else 1)
            for i in range(4))
        self.norms = nn.ModuleList(nn.LayerNorm(d, eps=1e-6) for d in dims)
        self.stages = nn.ModuleList(
            nn.Sequential(*[SpectrumBlock(dims[i], 56 >> i) for _ in range(depths[i])])
            for i in range(4))
        self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
        self.head = nn.Linear(dims[-1], classes)

    def forward(self, x):
        for embed, norm, stage in zip(self.embeds, self.norms, self.stages):
            y = stage(norm(embed(x).permute(0, 2, 3, 1)))
            x = y.permute(0, 3, 1, 2)
        return self.head(self.norm(y).mean((1, 2)))
