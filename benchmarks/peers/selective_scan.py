"""The selective scan as a loop over the steps in PyTorch: the peer of ScanSpeed.java.

Arguments: samples, channels, states, lengths joined by commas, seconds per measurement.
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F


def scan(u, delta, a, b, c, skip, z, bias):
    dt = F.softplus(delta + bias[:, None])
    decay = torch.exp(torch.einsum("bdl,dn->bdln", dt, a))
    entry = torch.einsum("bdl,bnl,bdl->bdln", dt, b, u)
    h = u.new_zeros(u.shape[0], u.shape[1], a.shape[1])
    outputs = []
    for i in range(u.shape[2]):
        h = decay[:, :, i] * h + entry[:, :, i]
        outputs.append(torch.einsum("bdn,bn->bd", h, c[:, :, i]))
    return (torch.stack(outputs, 2) + u * skip[:, None]) * F.silu(z)


def measure(step, seconds):
    step()
    times = []
    processor = time.process_time()
    begin = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times), (time.process_time() - processor) / len(times) * 1e3


def main():
    batch, channels, states = map(int, sys.argv[1:4])
    lengths = [int(x) for x in sys.argv[4].split(",")]
    seconds = float(sys.argv[5])
    for length in lengths:
        torch.manual_seed(1)
        u, delta, z = (torch.randn(batch, channels, length, requires_grad=True) for _ in range(3))
        b, c = (torch.randn(batch, states, length, requires_grad=True) for _ in range(2))
        a = -torch.arange(1.0, states + 1).repeat(channels, 1)
        a = a.detach().requires_grad_(True)
        skip, bias = (torch.ones(channels, requires_grad=True) for _ in range(2))
        inputs = [u, delta, a, b, c, skip, z, bias]

        def infer():
            with torch.inference_mode():
                scan(*inputs)

        def train():
            torch.autograd.grad(scan(*inputs).sum(), inputs)

        for mode, step in ("forward", infer), ("forward and gradients", train):
            elapsed, processor = measure(step, seconds)
            print(f"PyTorch loop   L {length:6d}  {mode:<22} {elapsed:10.2f} ms elapsed "
                  f"{processor:10.2f} ms of processors", flush=True)


if __name__ == "__main__":
    main()
