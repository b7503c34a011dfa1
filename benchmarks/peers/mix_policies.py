"""Mixing policies in plain PyTorch: the peer of MixSpeed.java.

Arguments: tiny or 18 (the ResNet for small images), batch, seconds per measurement, and optionally the
names to measure. Prints a JSON line for each: milliseconds of processor time. Names are those of
policies (the mixing of one batch), "step" (a training step without mixing) and "step:POLICY" (a training
step of a learned policy, with its generator).
"""
import copy
import json
import math
import sys
import time

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

SIZE = 32
CLASSES = 10


# ---- the classifier ----
class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.short = None
        if stride != 1 or cin != cout:
            self.short = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.short is None else self.short(x)))


class ResNet(nn.Module):
    def __init__(self, layers, base):
        super().__init__()
        stages, cin = [nn.Sequential(nn.Conv2d(3, base, 3, 1, 1, bias=False), nn.BatchNorm2d(base), nn.ReLU())], base
        for i, count in enumerate(layers):
            blocks = []
            for j in range(count):
                blocks.append(Block(cin, base << i, 2 if j == 0 and i > 0 else 1))
                cin = base << i
            stages.append(nn.Sequential(*blocks))
        self.early, self.last = nn.Sequential(*stages[:-1]), stages[-1]
        self.width, self.early_width = cin, cin // 2
        self.fc = nn.Linear(cin, CLASSES)

    def features(self, x):
        return self.last(self.early(x)).mean((2, 3))

    def forward(self, x):
        return self.fc(self.features(x))


def soft_ce(z, t):
    return -(t * F.log_softmax(z, 1)).sum(1).mean()


# ---- hand-crafted policies: mixed images of a batch ----
def beta(a):
    return float(np.random.beta(a, a))


def box(lam, size):
    cut = int(size * math.sqrt(1 - lam))
    cy, cx = np.random.randint(size), np.random.randint(size)
    clip = lambda v: int(min(max(v, 0), size))
    return clip(cy - cut // 2), clip(cy + cut // 2), clip(cx - cut // 2), clip(cx + cut // 2)


def mixup(x, model, y):
    lam, index = beta(1.0), torch.randperm(len(x))
    return lam * x + (1 - lam) * x[index]


def cutmix(x, model, y):
    index, mixed = torch.randperm(len(x)), x.clone()
    y1, y2, x1, x2 = box(beta(0.2), SIZE)
    mixed[:, :, y1:y2, x1:x2] = x[index, :, y1:y2, x1:x2]
    return mixed


def fmix(x, model, y):
    lam, index = beta(0.2), torch.randperm(len(x))
    fy, fx = np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)[None]
    scale = 1 / np.maximum(np.sqrt(fx * fx + fy * fy), 1 / SIZE) ** 3
    noise = np.random.randn(1, SIZE, SIZE // 2 + 1, 2) * scale[None, :, :, None]
    gray = np.fft.irfftn(noise[..., 0] + 1j * noise[..., 1], (SIZE, SIZE), axes=(1, 2))[0].reshape(-1)
    mask = np.zeros(SIZE * SIZE, dtype=np.float32)
    mask[gray.argsort()[::-1][: int(lam * SIZE * SIZE)]] = 1
    mask = torch.from_numpy(mask.reshape(1, 1, SIZE, SIZE))
    return mask * x + (1 - mask) * x[index]


def gridmix(x, model, y):
    lam, index = beta(0.2), torch.randperm(len(x))
    holes = np.random.randint(2, 7)
    area, aspect = np.random.uniform(0.5, 1), np.random.uniform(0.5, 2)
    w = int(math.sqrt(int(SIZE * SIZE * area) / aspect))
    h = int(w * aspect)
    x0, y0 = int((SIZE - w) * np.random.rand()), max(0, int((SIZE - h) * np.random.rand()))
    cell = math.ceil(w / holes)
    hole = min(max(int(cell * math.sqrt(1 - lam)), 1), cell - 1)
    mask = torch.zeros(1, 1, SIZE, SIZE)
    for i in range(holes + 1):
        for j in range(math.ceil(h / cell) + 1):
            a, b = min(cell * i, w), min(cell * j, h)
            mask[:, :, y0 + b : y0 + min(b + hole, h), x0 + a : x0 + min(a + hole, w)] = 1
    return x * (1 - mask) + x[index] * mask


def resizemix(x, model, y):
    index, mixed = torch.randperm(len(x)), x.clone()
    tau = np.random.uniform(0.1, 0.8)
    y1, y2, x1, x2 = box(1 - tau * tau, SIZE)
    if y2 > y1 and x2 > x1:
        mixed[:, :, y1:y2, x1:x2] = F.interpolate(x[index], (y2 - y1, x2 - x1))
    return mixed


def smoothmix(x, model, y):
    index = torch.randperm(len(x))
    sh, sw = np.random.randint(-SIZE // 2, SIZE // 2, 2)
    sigma = SIZE * np.random.uniform(0.25, 0.5)
    line = torch.arange(2 * SIZE, dtype=torch.float32)
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), 2)
    grid = torch.roll(grid, (int(sh), int(sw)), (0, 1))[SIZE // 2 : -SIZE // 2, SIZE // 2 : -SIZE // 2]
    mask = torch.exp(-((grid - (2 * SIZE - 1) / 2) ** 2).sum(2) / (2 * sigma**2))[None, None]
    return x * (1 - mask) + x[index] * mask


def saliency(image):
    gray = torch.floor(image.mul(torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0) + 0.5)[None, None]
    kernel = torch.tensor([1.0, 2.0, 1.0]) / 4
    for _ in range(2):
        gray = F.conv2d(F.pad(gray, (0, 0, 1, 1), mode="reflect"), kernel.reshape(1, 1, 3, 1))
        gray = torch.floor(F.conv2d(F.pad(gray, (1, 1, 0, 0), mode="reflect"), kernel.reshape(1, 1, 1, 3)) + 0.5)
    gray = gray[0, 0].double()
    total = F.pad(gray.cumsum(0).cumsum(1), (1, 0, 1, 0))
    on, off, at = torch.zeros_like(gray), torch.zeros_like(gray), torch.arange(SIZE)
    for n in (12, 24, 48, 28, 56, 112):
        low, high = (at - n + 1).clamp(0, SIZE - 1), (at + n + 1).clamp(0, SIZE - 1)
        part = total[high][:, high] + total[low][:, low] - total[low][:, high] - total[high][:, low]
        mean = (part - gray) / ((high - low)[:, None] * (high - low)[None] - 1)
        on += torch.floor((gray - mean).clamp(min=0))
        off += torch.floor((mean - gray).clamp(min=0))
    return torch.floor(255 * on / on.max().clamp(min=1)) + torch.floor(255 * off / off.max().clamp(min=1))


def saliencymix(x, model, y):
    index, mixed, lam = torch.randperm(len(x)), x.clone(), beta(0.2)
    peak = int(saliency((x[index[0]] * 0.25 + 0.5) * 255).argmax())
    cut = int(SIZE * math.sqrt(1 - lam))
    clip = lambda v: int(min(max(v, 0), SIZE))
    cy, cx = divmod(peak, SIZE)
    y1, y2, x1, x2 = clip(cy - cut // 2), clip(cy + cut // 2), clip(cx - cut // 2), clip(cx + cut // 2)
    mixed[:, :, y1:y2, x1:x2] = x[index, :, y1:y2, x1:x2]
    return mixed


def attentivemix(x, model, y):
    lam, index = beta(2.0), torch.randperm(len(x))
    with torch.no_grad():
        attention = model.last(model.early(x)).mean(1)
    side = attention.shape[-1]
    keep = min(max(1, int(side * side * lam)), side * side)
    flat = attention.flatten(1)
    mask = torch.zeros_like(flat).scatter_(1, flat.topk(keep, 1).indices, 1.0).reshape(-1, 1, side, side)
    mask = F.interpolate(mask, (SIZE, SIZE))
    return mask * x + (1 - mask) * x[index]


POLICIES = [mixup, cutmix, fmix, gridmix, resizemix, smoothmix, saliencymix, attentivemix]


# ---- learned policies: the loss of a step ----
class Masks(nn.Module):
    """AdAutoMix's generator (cross attention of all images) or AutoMix's block (one map, two images)."""

    def __init__(self, width, scale, adaptive):
        super().__init__()
        cin = width if adaptive else width + 1
        self.q, self.v = nn.Conv2d(cin, width // 2, 1), nn.Conv2d(cin, 1, 1)
        self.k = nn.Conv2d(cin, width // 2, 1) if adaptive else self.q
        self.scale, self.adaptive = scale, adaptive

    def attend(self, q, k, v, shape):
        scores = q.flatten(2).transpose(1, 2) @ k.flatten(2) / math.sqrt(q.shape[1])
        return (scores.softmax(2) @ v.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(shape)

    def forward(self, features, lam):
        if not self.adaptive:
            full = lambda f, value: torch.cat((f, torch.full_like(f[:, :1], value)), 1)
            a, b = full(features[0], lam[0]), full(features[1], lam[1])
            m = self.attend(self.q(a), self.q(b), self.v(b), (len(a), 1, *a.shape[2:]))
            second = torch.sigmoid(F.interpolate(m, scale_factor=self.scale))
            loss = F.relu((1 - second.mean() - lam[0]).abs() - 0.1)
            return torch.cat((1 - second, second), 1), loss
        qs = [F.relu(self.q(f)) for f in features]
        ks = [F.relu(self.k(f)) for f in features]
        vs = [self.v(f) for f in features]
        maps = []
        for i, f in enumerate(features):
            others = sum(k for j, k in enumerate(ks) if j != i)
            maps.append(self.attend(qs[i], others, vs[i], (len(f), 1, *f.shape[2:])))
        up = F.interpolate(torch.cat(maps, 1), scale_factor=self.scale, mode="bilinear", align_corners=False)
        return up.softmax(1), None


class MaskTraining(nn.Module):
    def __init__(self, student, scale, samples, adaptive):
        super().__init__()
        self.student, self.teacher = student, copy.deepcopy(student).requires_grad_(False)
        self.one = nn.Linear(student.width, CLASSES)
        self.masks, self.samples, self.adaptive = Masks(student.early_width, scale, adaptive), samples, adaptive

    def loss(self, x, y, against):
        n, count = len(x), self.samples
        draw = lambda: ([torch.arange(n)] if count == 2 else [torch.randperm(n)]) + [
            torch.randperm(n) for _ in range(count - 1)]
        lam = np.random.beta(1, 1, count)
        lams = [lam / lam.sum()] * 2 if count == 3 else [[v, 1 - v] for v in lam]
        onehot = F.one_hot(y, CLASSES).float()
        target = lambda order, lam: sum(l * onehot[o] for l, o in zip(lam, order))
        mix = lambda mask, order: sum(mask[:, i : i + 1] * x[o] for i, o in enumerate(order))
        with torch.no_grad():
            f = self.teacher.early(x)
            clean = self.teacher.fc(self.teacher.last(f).mean((2, 3))) if self.adaptive else None
            order = draw()
            x_bb = mix(self.masks([f[o] for o in order], lams[1])[0], order)
        order_mb = draw()
        mask, extra = self.masks([f[o] for o in order_mb], lams[0])
        z = self.teacher(mix(mask, order_mb))
        taught = soft_ce(z, target(order_mb, lams[0]))
        if self.adaptive:
            cos = sum(l * F.cosine_similarity(z, clean[o]).mean() for l, o in zip(lams[0], order_mb))
            if against:
                taught = -0.3 * taught + 0.7 * cos
        else:
            taught = taught + 0.1 * extra
        loss = F.cross_entropy(self.one(self.student.features(x)), y)
        if count == 3:
            linear = sum(float(l) * x[o] for l, o in zip(lams[1], order))
            loss = 0.5 * loss + 0.5 * soft_ce(self.student(linear), target(order, lams[1]))
        return loss + soft_ce(self.student(x_bb), target(order, lams[1])) + taught

    def after(self):
        with torch.no_grad():
            for p, q in zip(self.teacher.parameters(), self.student.parameters()):
                p.lerp_(q, 0.001)


class RegionTraining(nn.Module):
    def __init__(self, student):
        super().__init__()
        self.student, self.policy = student, copy.deepcopy(student)
        self.gate, self.gate2 = nn.Linear(student.width, 100), nn.Linear(100, 3)
        self.hidden, self.judge = nn.Linear(student.width, CLASSES), nn.Linear(CLASSES, 2)

    def loss(self, x, y, against):
        half, onehot = len(x) // 2, F.one_hot(y, CLASSES).float()
        index = torch.randperm(len(x))[:half]
        a, b = x[:half], x[index]
        noise = [nn.init.trunc_normal_(torch.empty_like(a), 0, 1, -2, 2) for _ in range(2)]
        gated = (noise[0] * a + noise[1] * b) / 2
        region = self.gate2(self.gate(self.policy.features(gated))).softmax(1)
        lam = region[:, 0] + torch.rand(half) * region[:, 1]
        mixed = lam[:, None, None, None] * a + (1 - lam)[:, None, None, None] * b
        w = lam.detach()[:, None]
        target = torch.cat((w * onehot[:half] + (1 - w) * onehot[index], onehot[:half]))
        loss = soft_ce(self.student(torch.cat((mixed, a))), target)
        judged = self.judge(self.hidden(self.student.features(torch.cat((x[half:], a, mixed)))))
        real = torch.cat((torch.ones(len(x)), torch.zeros(half))).long()
        return loss + F.cross_entropy(judged, real)

    def after(self):
        pass


class Plain(nn.Module):
    def __init__(self, student):
        super().__init__()
        self.student = student

    def loss(self, x, y, against):
        return F.cross_entropy(self.student(x), y)

    def after(self):
        pass


def measure(name, work, seconds):
    work()
    work()
    count, begin, start = 0, time.perf_counter(), time.process_time()
    while count < 3 or time.perf_counter() - begin < seconds:
        work()
        count += 1
    print(json.dumps({"name": name, "ms": (time.process_time() - start) / count * 1e3}), flush=True)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    np.random.seed(1)
    kind, batch, seconds, names = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
    layers, base = ([1, 1, 1], 16) if kind == "tiny" else ([2, 2, 2, 2], 64)
    x, y = torch.randn(batch, 3, SIZE, SIZE), torch.randint(CLASSES, (batch,))
    student = lambda: ResNet(layers, base)
    scale = 2 ** (len(layers) - 2)
    wanted = lambda name: not names or name in names
    model = student()
    for policy in POLICIES:
        if wanted(policy.__name__):
            measure(policy.__name__, lambda: policy(x, model, y), seconds)
    steps = {
        "step": lambda: Plain(student()),
        "step:adamixup": lambda: RegionTraining(student()),
        "step:automix": lambda: MaskTraining(student(), scale, 2, False),
        "step:adautomix": lambda: MaskTraining(student(), scale, 3, True),
    }
    for name, make in steps.items():
        if not wanted(name):
            continue
        training = make()
        sgd = torch.optim.SGD([p for p in training.parameters() if p.requires_grad], 0.01, 0.9, weight_decay=5e-4)
        turn = [0]

        def step():
            loss = training.loss(x, y, turn[0] % 2 == 0)
            turn[0] += 1
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            training.after()

        measure(name, step, seconds)


if __name__ == "__main__":
    main()
