"""Compiles the kernels of dmnb._fused for an H100 that need not be there, and prints their PTX.

The interpreter runs kernels as Python; what the compiler thinks of them is seen here. Run by
test_fused.py in a process of its own, as {name: PTX} in JSON.
"""

import inspect
import json
import math
import sys

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from dmnb._fused import kernels, launch

TYPES = {torch.float32: "fp32", torch.bfloat16: "bf16"}
POINTERS = {"weight", "cells", "rows", "parts", "value", "stats", "grad_output"}


def ptx(kernel, dtype, warps, registers=None, **constants):
    """All that is no constant is a pointer (z and g to dtype), a float or an int32."""
    types, values, divisible = {}, {}, {}
    for k, name in enumerate(inspect.signature(kernel.fn).parameters):
        if name in constants:
            types[name], values[k,] = "constexpr", constants[name]
            continue
        if name in ("z", "g"):
            types[name] = f"*{TYPES[dtype]}"
        elif name in POINTERS:
            types[name] = "*fp32"
        else:
            types[name] = {"y": "*i64", "start": "*i32", "scale": "fp32", "floor": "fp32"}.get(
                name, "i32"
            )
        if types[name].startswith("*"):
            divisible[k,] = [["tt.divisibility", 16]]
    source = ASTSource(kernel, types, values, divisible)
    target = GPUTarget("cuda", 90, 32)
    options = {"num_warps": warps, "maxnreg": registers}
    return triton.compile(source, target=target, options=options).asm["ptx"]


def forward(N, C, dtype, *, weighted=False, write=False, mode=0, steps=1):
    cut = launch.plan(N, C, dtype.itemsize)
    constants = {"MODE": mode, "STEPS": steps, "ALIGN": math.gcd(C, 16), "R": cut.rows}
    constants |= {"BLOCK": cut.block, "ONLINE": cut.online, "WEIGHTED": weighted, "WRITE": write}
    constants |= {"LAST": cut.programs == 1, "z_column": 1, "g_column": 1}
    constants |= {name: None for name, given in (("weight", weighted), ("g", write)) if not given}
    return ptx(kernels.forward, dtype, cut.warps, cut.registers, **constants)


def main():
    half, single = torch.bfloat16, torch.float32
    columns = {"z_column": 1, "g_column": 1}
    made = {
        "forward, one program": forward(128, 10, single),
        "forward, batch": forward(256, 100, single, weighted=True, mode=2, steps=4),
        "forward, many programs": forward(4096, 1000, half, mode=1),
        "forward, one pass": forward(4096, 16384, single, write=True),
        "forward, one pass online": forward(4096, 50256, half, write=True),
        "backward": ptx(kernels.backward, half, 4, ALIGN=8, R=2, BLOCK=1024, **columns),
        "finish": ptx(kernels.finish, single, 16, MODE=2, BLOCK=4096),
        "count": ptx(kernels.count, single, 16, MODE=0, WEIGHTED=True, BLOCK=4096),
        "rescale": ptx(kernels.rescale, half, 8, ALIGN=16, BLOCK=4096, g_column=1),
    }
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
