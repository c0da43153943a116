#!/usr/bin/env python3
"""weights.py FILE...: the matrices of a checkpoint with their shapes and norms, by PyTorch where it is installed, else by NumPy."""
import json
import sys

try:
    import torch
except ImportError:
    torch = None
    import numpy as np


def read(path):
    """Name -> array, as safetensors lays them out; the values of a file are little-endian, row by row."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = bytearray(file.read())
    arrays = {}
    for name, at in header.items():
        if name == "__metadata__":
            continue
        begin, end = at["data_offsets"]
        if torch:
            kind = {"F32": torch.float32, "F64": torch.float64}[at["dtype"]]
            arrays[name] = torch.frombuffer(body[begin:end], dtype=kind).reshape(at["shape"])
        else:
            kind = {"F32": "<f4", "F64": "<f8"}[at["dtype"]]
            arrays[name] = np.frombuffer(body[begin:end], dtype=kind).reshape(at["shape"])
    return arrays


for path in sys.argv[1:] or ["model.safetensors"]:
    for name, array in sorted(read(path).items()):
        norm = float((array.double() if torch else array.astype("f8")).__pow__(2).sum()) ** 0.5
        print(f"{name} {'x'.join(map(str, array.shape))} {norm:.6g}")
