"""Makes the .pt files beside it: python3 make_checkpoints.py, with PyTorch 2.6 or newer."""
import os
import zipfile
from collections import OrderedDict

import numpy
import torch

torch.manual_seed(0)


def rewrite(source, target, compression=zipfile.ZIP_STORED, edit=lambda name, data: data):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for info in old.infolist():
            new.writestr(info.filename, edit(info.filename, old.read(info)))


names = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"]
types = {name: torch.tensor([[1, 2, 3], [4, 5, 6]]).to(getattr(torch, name)) for name in names}
types["bool"] = torch.tensor([[True, False, True], [False, False, True]])
types["complex64"] = torch.complex(torch.tensor([1.0, -2.0]), torch.tensor([0.5, 4.0]))
types["complex128"] = types["complex64"].to(torch.complex128)
types["scalar"] = torch.tensor(-1.5)
types["empty"] = torch.zeros(0, 4)
torch.save(types, "types.pt")
torch.save(types, "types-protocol4.pt", pickle_protocol=4)

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
halves = torch.arange(6, dtype=torch.float32).to(torch.bfloat16).reshape(2, 3)
tied = torch.nn.Parameter(torch.arange(4, dtype=torch.float64).reshape(2, 2))
annotated = torch.nn.Parameter(torch.tensor([7.0, 8.0]))
annotated.note = "an attribute"
views = {
    "base": base,
    "transposed": base.t(),
    "stepped": base[1:, 1::2],
    "row": base[2],
    "expanded": base[0, :1].expand(3, 5),
    "halves_transposed": halves.t(),
    "complex_transposed": torch.complex(halves.float(), -halves.float()).t(),
    "encoder.weight": tied,
    "decoder.weight": tied,
    "annotated": annotated,
}
torch.save(views, "views.pt")


def to_big_endian(name, data):
    if name.endswith("/byteorder"):
        return b"big"
    if "/data/" not in name or "/.data/" in name:
        return data
    # base, halves, complex, tied, annotated: the widths of their components
    width = {"0": 4, "1": 2, "2": 4, "3": 8, "4": 4}[name.rsplit("/", 1)[1]]
    return numpy.frombuffer(data, f"u{width}").byteswap().tobytes()


rewrite("views.pt", "views-big-endian.pt", edit=to_big_endian)

model = torch.nn.Sequential(OrderedDict(fc=torch.nn.Linear(2, 2), norm=torch.nn.BatchNorm1d(2)))
with torch.no_grad():
    model.fc.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.125)
model(torch.randn(4, 2)).sum().backward()
optimizer.step()
torch.save(
    {
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "best": 0.5,
        "name": "tiny größe",
        "shape": torch.Size([2, 3]),
        "flags": [True, None],
        "seed": 2**64 - 1,
        "dtype": torch.bfloat16,
    },
    "checkpoint.pt",
)
torch.save(torch.arange(3), "single.pt")


class Evil:
    def __reduce__(self):
        return os.system, ("touch hacked",)


torch.save({"w": base}, "refused-legacy.pt", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(torch.nn.ReLU()), "refused-script.pt")
torch.save({"w": base, "lr": numpy.float64(0.1)}, "refused-numpy.pt")
torch.save(torch.nn.ReLU(), "refused-module.pt")
torch.save({"w": base, "x": Evil()}, "refused-evil.pt")
torch.save({"w": torch.zeros(3, dtype=torch.uint16)}, "refused-uint16.pt")
torch.save({"w": base[0, :1].expand(1 << 15, 1 << 15)}, "refused-expanded.pt")
cyclic = [base]
cyclic.append(cyclic)
torch.save(cyclic, "refused-cyclic.pt")
rewrite("single.pt", "refused-deflated.pt", zipfile.ZIP_DEFLATED)
