"""Compile what `models.enn.kernels` launches, for a device that need not be there.

``compile_kernels.py CAPABILITY SLOTS WIDTH SAMPLES PRECISION``: each launch is compiled instead,
and what it needs is printed as JSON: bytes of shared memory, registers, and bytes of the stack of
each thread, which is where registers are spilled to.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.runtime import JITFunction, driver

from models.enn import kernels

found = {}


class Driver:
    """As much of a device's driver as compiling asks for."""

    def __init__(self, capability: int) -> None:
        self.target = GPUTarget("cuda", capability, 32)

    def get_current_target(self) -> GPUTarget:
        return self.target

    def get_current_device(self) -> int:
        return 0

    def get_current_stream(self, device: int) -> int:
        return 0


def instead(function: JITFunction, grid: tuple[int, ...]):
    """Return what compiles a function for the arguments of a launch."""

    def compiled(*given, **named):
        kernel = function.warmup(*given, grid=grid, **named)
        with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
            file.write(kernel.asm["cubin"])
            file.flush()
            tool = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
            text = subprocess.run(
                [tool, "-res-usage", file.name], capture_output=True, text=True, check=True
            ).stdout
        used = {name: int(value) for name, value in re.findall(r"(REG|STACK):(\d+)", text)}
        found[function.__name__] = {"shared": kernel.metadata.shared, **used}

    return compiled


def main() -> None:
    capability, slots, width, samples = map(int, sys.argv[1:5])
    torch.set_float32_matmul_precision("highest" if sys.argv[5] == "ieee" else "high")
    kind = torch.bfloat16 if sys.argv[5] == "bfloat16" else torch.float32
    driver.set_active(Driver(capability))
    JITFunction.__getitem__ = instead
    kernels.processors = lambda like: 100

    def given(*shape):
        return torch.ones(shape, requires_grad=True)

    memory = given(2, samples, width), given(slots, width), given(slots, width)
    for kernels.ALONE in (2**62, 0):
        parts = kernels.MemoryKernels.apply(
            *memory, given(), given(2, slots, width), (0.05, 0.5, 0.1, 1e-6), True
        )
        sum(part.sum() for part in parts).backward()
    here = torch.ones(2, samples, 1, dtype=torch.bool)
    parts = kernels.HiddenKernels.apply(
        given(2, samples, 3 * width), given(samples, width), given(3 * width, width),
        given(width, 3 * width), given(width), given(width), given(width), 1e-6, here, True, kind,
    )  # fmt: skip
    sum(part.sum() for part in parts).backward()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
