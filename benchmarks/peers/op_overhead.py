"""The cost of calling an operation from PyTorch's Python: the peer of OpOverhead.java."""

import statistics
import time

import torch

ROUNDS, CALLS = 31, 20_000


def measure(name, operation):
    rounds = []
    for r in range(-ROUNDS, ROUNDS):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            operation()
        if r >= 0:
            rounds.append((time.perf_counter_ns() - start) / CALLS)
    print(f"{name:<12} {statistics.median(rounds):8.0f} ns")


with torch.no_grad():
    a, b = torch.ones(8, 8), torch.ones(8, 8)
    measure("add", lambda: a + b)
    measure("mul scalar", lambda: a * 1.5)
    measure("matmul 8x8", lambda: a @ b)
    measure("view", lambda: a.view(64))
    measure("sum", lambda: a.sum())
