"""The cases of ModelSteps in PyTorch eager mode: the same models, losses, batches and optimiser.

Arguments: case, train or infer, seconds. Prints one JSON line.
"""
import json
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

import maxim
from mlp_pyramids import MsMlp, RaftMlp
from plain_mlps import hourglass_mlp, scaling_mlp
from series_models import Tsm2, TsMixer, Vim2
from token_mixers import AffNet, Dsm, NinFormer, StripMlp


# ---- PoolFormer ----
class Pooling(nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False) - x


class PoolBlock(nn.Module):
    def __init__(self, dim, ratio, drop):
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.mixer = Pooling()
        self.norm2 = nn.GroupNorm(1, dim)
        self.fc1 = nn.Conv2d(dim, dim * ratio, 1)
        self.fc2 = nn.Conv2d(dim * ratio, dim, 1)
        self.scale1 = nn.Parameter(1e-5 * torch.ones(dim))
        self.scale2 = nn.Parameter(1e-5 * torch.ones(dim))
        self.drop = drop

    def path(self, x):
        if not self.training or self.drop == 0:
            return x
        keep = 1 - self.drop
        return x * x.new_empty(x.shape[0], 1, 1, 1).bernoulli_(keep).div_(keep)

    def forward(self, x):
        x = x + self.path(self.scale1[:, None, None] * self.mixer(self.norm1(x)))
        y = self.fc2(F.gelu(self.fc1(self.norm2(x))))
        return x + self.path(self.scale2[:, None, None] * y)


class PoolFormer(nn.Module):
    def __init__(self, layers=(2, 2, 6, 2), dims=(64, 128, 320, 512), classes=1000):
        super().__init__()
        rates = torch.linspace(0, 0.1, sum(layers)).tolist()
        parts = [nn.Conv2d(3, dims[0], 7, 4, 2)]
        for s, count in enumerate(layers):
            parts += [PoolBlock(dims[s], 4, rates.pop(0)) for _ in range(count)]
            if s + 1 < len(dims):
                parts.append(nn.Conv2d(dims[s], dims[s + 1], 3, 2, 1))
        self.body = nn.Sequential(*parts)
        self.norm = nn.GroupNorm(1, dims[-1])
        self.head = nn.Linear(dims[-1], classes)

    def forward(self, x):
        return self.head(self.norm(self.body(x)).mean((2, 3)))


# ---- MLP-Mixer ----
class MixerBlock(nn.Module):
    def __init__(self, dim, tokens, token_width, channel_width):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.tokens1 = nn.Linear(tokens, token_width)
        self.tokens2 = nn.Linear(token_width, tokens)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.channels1 = nn.Linear(dim, channel_width)
        self.channels2 = nn.Linear(channel_width, dim)

    def forward(self, x):
        y = self.norm1(x).transpose(1, 2)
        x = x + self.tokens2(F.gelu(self.tokens1(y))).transpose(1, 2)
        return x + self.channels2(F.gelu(self.channels1(self.norm2(x))))


class Mixer(nn.Module):
    def __init__(self, patch=16, dim=512, blocks=8, token_width=256, channel_width=2048):
        super().__init__()
        self.stem = nn.Conv2d(3, dim, patch, patch)
        tokens = (224 // patch) ** 2
        self.blocks = nn.Sequential(
            *[MixerBlock(dim, tokens, token_width, channel_width) for _ in range(blocks)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, 1000)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        return self.head(self.norm(self.blocks(x)).mean(1))


# ---- TimeMixer, channel-independent forecasting ----
class Resample(nn.Sequential):
    def __init__(self, a, b):
        super().__init__(nn.Linear(a, b), nn.GELU(), nn.Linear(b, b))


class Mixing(nn.Module):
    def __init__(self, lengths, d, f, kernel):
        super().__init__()
        self.layer_norm = nn.LayerNorm(d)
        self.pad = (kernel - 1) // 2
        self.average = nn.AvgPool1d(kernel, 1)
        pairs = list(zip(lengths, lengths[1:]))
        self.down = nn.ModuleList([Resample(a, b) for a, b in pairs])
        self.up = nn.ModuleList([Resample(b, a) for a, b in reversed(pairs)])
        self.cross = nn.Sequential(nn.Linear(d, f), nn.GELU(), nn.Linear(f, d))

    def forward(self, xs):
        seasons, trends = [], []
        for x in xs:
            padded = torch.cat(
                [x[:, :1].repeat(1, self.pad, 1), x, x[:, -1:].repeat(1, self.pad, 1)], 1)
            trend = self.average(padded.transpose(1, 2))
            trends.append(trend)
            seasons.append(x.transpose(1, 2) - trend)
        z = [seasons[0]]
        for m, layer in enumerate(self.down):
            z.append(seasons[m + 1] + layer(z[-1]))
        u = [trends[-1]]
        for i, layer in enumerate(self.up):
            u.insert(0, trends[len(trends) - 2 - i] + layer(u[0]))
        return [x + self.cross((a + b).transpose(1, 2)) for x, a, b in zip(xs, z, u)]


class TimeMixer(nn.Module):
    def __init__(self, t=96, h=96, n=7, d=16, f=32, blocks=2, scales=3):
        super().__init__()
        lengths = [t // 2 ** m for m in range(scales + 1)]
        self.n = n
        self.scales = scales
        self.token = nn.Conv1d(1, d, 3, padding=1, padding_mode="circular", bias=False)
        self.temporal = nn.Linear(4, d, bias=False)
        self.blocks = nn.ModuleList([Mixing(lengths, d, f, 25) for _ in range(blocks)])
        self.weight = nn.ParameterList([nn.Parameter(torch.ones(n)) for _ in lengths])
        self.bias = nn.ParameterList([nn.Parameter(torch.zeros(n)) for _ in lengths])
        self.predict = nn.ModuleList([nn.Linear(a, h) for a in lengths])
        self.project = nn.Linear(d, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        xs = [x]
        y = x.transpose(1, 2)
        for _ in range(self.scales):
            y = F.avg_pool1d(y, 2, 2)
            xs.append(y.transpose(1, 2))
        embedded = []
        for m, x in enumerate(xs):
            mean = x.mean(1, keepdim=True).detach()
            std = torch.sqrt(x.var(1, keepdim=True, unbiased=False) + 1e-5).detach()
            if m == 0:
                first = mean, std
            y = (x - mean) / std * self.weight[m] + self.bias[m]
            b, t, n = y.shape
            y = y.permute(0, 2, 1).reshape(b * n, 1, t)
            embedded.append(self.dropout(self.token(y).transpose(1, 2)))
        for block in self.blocks:
            embedded = block(embedded)
        total = 0
        for m, y in enumerate(embedded):
            y = self.project(self.predict[m](y.transpose(1, 2)).transpose(1, 2))
            total = total + y.reshape(-1, self.n, y.shape[1]).transpose(1, 2)
        mean, std = first
        return (total - self.bias[0]) / (self.weight[0] + 1e-10) * std + mean


# ---- FinalMLP ----
VOCABULARY = [956, 4084, 9, 9, 4, 5, 4, 11, 82, 235]


def tower(width, units, dropout):
    return nn.Sequential(
        nn.Linear(width, units), nn.BatchNorm1d(units), nn.ReLU(), nn.Dropout(dropout))


class FinalMlp(nn.Module):
    def __init__(self, d=10, heads=5):
        super().__init__()
        width = d * len(VOCABULARY)
        self.tables = nn.ModuleList([nn.Embedding(v, d, padding_idx=0) for v in VOCABULARY])
        self.context = nn.ModuleList([nn.Embedding(VOCABULARY[i], d, padding_idx=0) for i in (0, 1)])
        self.gates = nn.ModuleList(
            [nn.Sequential(nn.Linear(d, 400), nn.ReLU(), nn.Linear(400, width)) for _ in range(2)])
        self.mlp1 = tower(width, 400, 0.4)
        self.mlp2 = tower(width, 100, 0.4)
        self.wx, self.wy = nn.Linear(400, 1), nn.Linear(100, 1)
        self.heads = heads
        self.wxy = nn.Parameter(torch.randn(heads, 400 // heads, 100 // heads) * 0.05)

    def forward(self, ids):
        e = torch.cat([table(ids[:, i]) for i, table in enumerate(self.tables)], 1)
        g1, g2 = [2 * torch.sigmoid(gate(table(ids[:, i]))) for i, (gate, table)
                  in enumerate(zip(self.gates, self.context))]
        x, y = self.mlp1(e * g1), self.mlp2(e * g2)
        xh = x.view(-1, self.heads, 1, x.shape[1] // self.heads)
        yh = y.view(-1, self.heads, y.shape[1] // self.heads, 1)
        fused = (xh @ self.wxy @ yh).sum((1, 2, 3)).unsqueeze(1)
        return torch.sigmoid(self.wx(x) + self.wy(y) + fused)

    def loss(self, ids, label):
        loss = F.binary_cross_entropy(self(ids), label.unsqueeze(1))
        tables = [t.weight for t in list(self.tables) + list(self.context)]
        return loss + sum(0.025 * w.square().sum() for w in tables)


# ---- Max-Former, as published for CIFAR-10: 4 time steps, tensors [T, B, C, H, W] ----
class Spike(torch.autograd.Function):
    """A step, with the slope of a sigmoid of steepness 4."""

    @staticmethod
    def forward(ctx, u):
        ctx.save_for_backward(u)
        return (u >= 0).to(u.dtype)

    @staticmethod
    def backward(ctx, gradient):
        s = torch.sigmoid(4 * ctx.saved_tensors[0])
        return gradient * 4 * s * (1 - s)


class Neurons(nn.Module):
    def __init__(self, threshold=1.0):
        super().__init__()
        self.threshold = threshold

    def forward(self, x):
        v, spikes = torch.zeros_like(x[0]), []
        for step in x:
            v = v + (step - v) / 2
            s = Spike.apply(v - self.threshold)
            v = (1 - s.detach()) * v
            spikes.append(s)
        return torch.stack(spikes)


class Steps(nn.Sequential):
    """Layers over all time steps at once."""

    def forward(self, x):
        return super().forward(x.flatten(0, 1)).unflatten(0, x.shape[:2])


def conv_bn(c, d, k, pool=False, bias=False, groups=1):
    layers = [nn.Conv2d(c, d, k, 1, k // 2, bias=bias, groups=groups), nn.BatchNorm2d(d)]
    return Steps(*layers, *([nn.MaxPool2d(3, 2, 1)] if pool else []))


class OrigEmbed(nn.Module):
    def __init__(self, c, d):
        super().__init__()
        self.stem = conv_bn(c, d // 2, 3)
        self.a = nn.Sequential(Neurons(), conv_bn(d // 2, d, 3))
        self.b = nn.Sequential(Neurons(), conv_bn(d // 2, d, 1))

    def forward(self, x):
        y = self.stem(x)
        return self.a(y) + self.b(y)


class MaxEmbed(nn.Module):
    def __init__(self, c, d):
        super().__init__()
        self.neurons = Neurons()
        self.a = conv_bn(c, d, 3, True)
        self.b = nn.Sequential(Neurons(), conv_bn(d, d, 3))
        self.c = conv_bn(c, d, 1, True)

    def forward(self, x):
        s = self.neurons(x)
        return self.b(self.a(s)) + self.c(s)


class SpikingAttention(nn.Module):
    def __init__(self, d, heads=8):
        super().__init__()
        self.heads, self.neurons = heads, Neurons()
        self.q, self.k, self.v = (nn.Sequential(conv_bn(d, d, 1), Neurons()) for _ in range(3))
        self.proj = nn.Sequential(Neurons(0.5), conv_bn(d, d, 1, bias=True))

    def forward(self, x):
        s = self.neurons(x)
        split = (*x.shape[:2], self.heads, x.shape[2] // self.heads, -1)
        q, k, v = (f(s).reshape(split).transpose(-1, -2) for f in (self.q, self.k, self.v))
        y = q @ (k.transpose(-1, -2) @ v) * 0.125
        return self.proj(y.transpose(-1, -2).reshape(x.shape))


class SpikingBlock(nn.Module):
    def __init__(self, d, mixer):
        super().__init__()
        self.mixer = mixer
        self.mlp = nn.Sequential(Neurons(), conv_bn(d, 4 * d, 1, bias=True),
                                 Neurons(), conv_bn(4 * d, d, 1, bias=True))

    def forward(self, x):
        if self.mixer is not None:
            x = x + self.mixer(x)
        return x + self.mlp(x)


class MaxFormer(nn.Module):
    def __init__(self, d=384, classes=10, steps=4):
        super().__init__()
        self.steps = steps
        self.body = nn.Sequential(
            OrigEmbed(3, d // 4), SpikingBlock(d // 4, None),
            MaxEmbed(d // 4, d // 2),
            SpikingBlock(d // 2, nn.Sequential(
                Neurons(), conv_bn(d // 2, d // 2, 3, bias=True, groups=d // 2))),
            MaxEmbed(d // 2, d),
            *[SpikingBlock(d, SpikingAttention(d)) for _ in range(2)])
        self.neurons = Neurons()
        self.head = nn.Linear(d, classes)

    def forward(self, x):
        y = self.body(x.repeat(self.steps, 1, 1, 1, 1)).mean((3, 4))
        return self.head(self.neurons(y).mean(0))


# model, batch, side of the images, classes
IMAGES = {
    "poolformer_s12_64": (PoolFormer, 16, 64, 1000),
    "poolformer_s12_224": (PoolFormer, 4, 224, 1000),
    "mixer_s16_224": (Mixer, 4, 224, 1000),
    "raftmlp_s_224": (RaftMlp, 4, 224, 1000),
    "ms_mlp_tiny_224": (MsMlp, 4, 224, 1000),
    "strip_mlp_light_tiny_224": (StripMlp, 4, 224, 1000),
    "scaling_mlp_b12_wi512_64": (scaling_mlp, 256, 64, 11230),
    "affnet_t_256": (AffNet, 4, 256, 1000),
    "dsm_s_224": (Dsm, 4, 224, 1000),
    "ninformer_cifar10_32": (NinFormer, 64, 32, 10),
    "max_former_cifar10_32": (MaxFormer, 16, 32, 10),
    "vim2_xs_32": (Vim2, 32, 32, 10),
}


# ---- Fields of images: points [n, 2] to colours [n, 3] ----
class CamImage(nn.Module):
    """Random Fourier features, then layers that are standardised and modulated by grids."""

    def __init__(self, frequencies=256, width=256, layers=3, grid=32, sigma=10.0):
        super().__init__()
        self.register_buffer("proj", torch.randn(2, frequencies) * 2 * torch.pi)
        self.sigma = sigma
        sizes = [2 * frequencies] + [width] * layers
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        self.grids = nn.ParameterList(
            [torch.cat([torch.ones(1, 1, grid, grid), torch.zeros(1, 1, grid, grid)], 1)
             for _ in range(layers)])
        self.last = nn.Linear(width, 3)

    def forward(self, x):
        p = x @ (self.proj * self.sigma)
        h = torch.cat([p.sin(), p.cos()], -1)
        places = (x * 2 - 1)[None, None]
        for layer, grid in zip(self.layers, self.grids):
            h = F.instance_norm(layer(h)[None])[0]
            both = F.grid_sample(grid, places, padding_mode="border", align_corners=True)
            both = both[0, :, 0].t()
            h = F.relu(both[:, :1] * h + both[:, 1:])
        return torch.sigmoid(self.last(h))


class Siren(nn.Module):
    def __init__(self, width=256, hidden=3, omega=30.0):
        super().__init__()
        sizes = [2] + [width] * (hidden + 1)
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        self.last = nn.Linear(width, 3)
        self.omega = omega

    def forward(self, x):
        for layer in self.layers:
            x = torch.sin(layer(self.omega * x))
        return self.last(self.omega * x)


def case(name):
    torch.manual_seed(1)
    if name in ("cam_image_16k", "siren_16k"):
        model = CamImage() if name.startswith("cam") else Siren()
        x, y = torch.rand(128 * 128, 2), torch.rand(128 * 128, 3)
        return model, lambda: F.mse_loss(model(x), y), lambda: model(x)
    if name == "timemixer_etth1":
        model = TimeMixer()
        x, y = torch.randn(128, 96, 7), torch.randn(128, 96, 7)
        return model, lambda: F.mse_loss(model(x), y), lambda: model(x)
    if name in ("tsmixer_ett", "tsm2_ett"):
        model, batch, history = (TsMixer(), 64, 512) if name == "tsmixer_ett" else (Tsm2(), 32, 96)
        x, y = torch.randn(batch, history, 7), torch.randn(batch, 96, 7)
        return model, lambda: F.mse_loss(model(x), y), lambda: model(x)
    if name == "finalmlp_frappe":
        model = FinalMlp()
        ids = torch.stack([torch.randint(1, v, (4096,)) for v in VOCABULARY], 1)
        label = torch.bernoulli(torch.full((4096,), 0.5))
        return model, lambda: model.loss(ids, label), lambda: model(ids)
    if name == "maxim_s1_64":
        model, x = maxim.Maxim(), torch.randn(2, 3, 64, 64)
        return model, lambda: maxim.loss(model, x), lambda: model(x)[0]
    if name == "hourglass_mlp_784":
        model, x = hourglass_mlp(), torch.randn(256, 784)
        return model, lambda: F.mse_loss(model(x), x), lambda: model(x)
    make, batch, size, classes = IMAGES[name]
    model = make()
    x, y = torch.randn(batch, 3, size, size), torch.randint(0, classes, (batch,))
    return model, lambda: F.cross_entropy(model(x), y), lambda: model(x)


def main():
    name, mode, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    model, loss, predict = case(name)
    decay = [p for p in model.parameters() if p.dim() > 1]
    other = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.05}, {"params": other, "weight_decay": 0.0}], lr=1e-3)
    model.train(mode == "train")
    times = []
    done, begin, processor = 0, 0.0, 0.0
    while done < 9 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        if mode == "train":
            optimizer.zero_grad()
            value = loss()
            value.backward()
            optimizer.step()
            value.item()
        else:
            with torch.inference_mode():
                predict()
        done += 1
        if done == 5:
            begin, processor = time.perf_counter(), time.process_time()
        if done > 5:
            times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    print(json.dumps({
        "median_ms": times[len(times) // 2], "min_ms": times[0],
        "cpu_ms": (time.process_time() - processor) * 1e3 / len(times), "steps": len(times),
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
