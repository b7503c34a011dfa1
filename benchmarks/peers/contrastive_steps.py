"""A training step of MoCo-v2 and of MoCHi in plain PyTorch: the peer of ContrastiveSteps.java.

Arguments: blocks per stage joined by commas, width of the first stage, images per step, their side,
keys in the queue, and steps to measure. Begins with the weights, images and queue of its peer and
prints a JSON line for each method.
"""

import copy
import json
import math
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

DIM, WARM_UP, TEMPERATURE, MOMENTUM = 128, 3, 0.2, 0.999


class Block(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outer)
        same = stride == 1 and inner == outer
        self.short = nn.Identity() if same else nn.Sequential(
            nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.short(x))


def encoder(layers, width):
    parts = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    inner = width
    for stage, blocks in enumerate(layers):
        outer = width << stage
        for i in range(blocks):
            parts.append(Block(inner, outer, 2 if i == 0 and stage > 0 else 1))
            inner = outer
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(),
              nn.Linear(inner, inner), nn.ReLU(), nn.Linear(inner, DIM)]
    return nn.Sequential(*parts)


def mixed(q, queue, hard, s, s_prime):
    with torch.no_grad():
        rows = torch.arange(len(q))[:, None]
        top = queue.t()[(q @ queue).topk(hard, 1).indices]
        i, j = (torch.randint(hard, (len(q), s)) for _ in range(2))
        alpha = torch.rand(len(q), s, 1)
        pairs = F.normalize(alpha * top[rows, i] + (1 - alpha) * top[rows, j], dim=2)
        k = torch.randint(hard, (len(q), s_prime))
        beta = torch.rand(len(q), s_prime, 1) / 2
        near = F.normalize(beta * q[:, None] + (1 - beta) * top[rows, k], dim=2)
        return torch.cat([pairs, near], 1)


def numbers(count, start, scale):
    """Numbers between -scale / 2 and scale / 2 that look random and are the same in the peer."""
    hashed = (torch.arange(count) + start) * 2654435761 % 2 ** 32
    return ((hashed.double() / 2 ** 32 - 0.5) * scale).float()


def begin(model):
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                fan = weight.numel() / weight.shape[0]
                weight.copy_(numbers(weight.numel(), 3, math.sqrt(24 / fan)).view(weight.shape))
            elif name.endswith("bias"):
                weight.zero_()
    return model


def measure(method, layers, width, batch, side, size, steps):
    torch.manual_seed(1)
    query = begin(encoder(layers, width)).to(memory_format=torch.channels_last)
    key = copy.deepcopy(query).requires_grad_(False)
    optimizer = torch.optim.SGD(query.parameters(), 0.03, 0.9, weight_decay=1e-4)
    queue = F.normalize(numbers(DIM * size, 5, 1).view(DIM, size), dim=0)
    first, second = (
        numbers(batch * 3 * side * side, start, math.sqrt(12)).view(batch, 3, side, side)
        .to(memory_format=torch.channels_last) for start in (17, 29))
    pointer, hard, times, first_loss = 0, size // 16, [], None
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            processor = time.process_time()
        start = time.perf_counter()
        with torch.no_grad():
            torch._foreach_lerp_(list(key.parameters()), list(query.parameters()), 1 - MOMENTUM)
            k = F.normalize(key(second), dim=1)
        q = F.normalize(query(first), dim=1)
        logits = [(q * k).sum(1, keepdim=True), q @ queue]
        if method == "mochi":
            logits.append(torch.einsum("bd,bnd->bn", q, mixed(q, queue, hard, hard, hard // 8)))
        loss = F.cross_entropy(torch.cat(logits, 1) / TEMPERATURE, torch.zeros(batch).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        value = loss.item()
        first_loss = value if step == 0 else first_loss
        queue[:, pointer:pointer + batch] = k.t()
        pointer = (pointer + batch) % size
        if step >= WARM_UP:
            times.append((time.perf_counter() - start) * 1e3)
    processor = (time.process_time() - processor) / steps * 1e3
    print(json.dumps({
        "method": method,
        "parameters": sum(p.numel() for p in query.parameters()),
        "loss": first_loss,
        "elapsed_ms": statistics.median(times),
        "processor_ms": processor}), flush=True)


def main():
    layers = [int(x) for x in sys.argv[1].split(",")]
    for method in "moco", "mochi":
        measure(method, layers, *map(int, sys.argv[2:7]))


main()
