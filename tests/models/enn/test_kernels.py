"""Triton kernels against the loops that they stand for, run by Triton's interpreter.

What only a device can show is in tests/bench/test_enn_gpu.py.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.enn import kernels
from models.enn.cell import EngramCell
from models.enn.config import EngramConfig

pytestmark = pytest.mark.skipif(
    find_spec("triton") is None, reason="Triton is not installed: it is made for Linux alone"
)
WRITTEN = ("models.enn.kernels_memory", "models.enn.kernels_hidden")
COMPILE = Path(__file__).with_name("compile_kernels.py")
#: Settings under which attention and trace differ from slot to slot.
STRONG = {"input_size": 3, "hebbian_rate": 0.3, "temperature": 0.1, "sparsity": 0.0, "clip": 1.0}


def python_of_triton() -> list[str]:
    """Return Triton's imported modules, less its library, which a process loads once."""
    names = [name for name in sys.modules if name.split(".")[0] == "triton"]
    return [*(name for name in names if not name.startswith("triton._C")), *WRITTEN]


@pytest.fixture(autouse=True, scope="module")
def interpreter():
    """Interpret: Triton decides when it and what is written in it are imported."""
    with pytest.MonkeyPatch.context() as patch:
        for name in python_of_triton():
            patch.delitem(sys.modules, name, raising=False)
        patch.setenv("TRITON_INTERPRET", "1")
        for name in WRITTEN:
            importlib.import_module(name)
        yield
        for name in python_of_triton():
            del sys.modules[name]


@pytest.fixture
def launches(monkeypatch):
    """Return the names of the kernels' functions that are applied."""
    names = []
    for kind in (kernels.MemoryKernels, kernels.HiddenKernels):
        forward = kind.forward

        def told(*given, forward=forward, name=kind.__name__):
            names.append(name)
            return forward(*given)

        monkeypatch.setattr(kind, "forward", staticmethod(told))
    return names


def made(dtype=torch.float64, seed=0, **options) -> EngramCell:
    """Return a cell whose gains hide no gradient."""
    generator = torch.Generator().manual_seed(seed)
    cell = EngramCell(EngramConfig(**{**STRONG, **options}), generator).eval()
    for norm in (cell.encoder_norm, cell.output_norm):
        if isinstance(norm, torch.nn.LayerNorm):
            torch.nn.init.normal_(norm.weight, 1, 0.3, generator=generator)
            torch.nn.init.normal_(norm.bias, 0, 0.3, generator=generator)
    return cell.to(dtype)


def numbers(*shape: int, dtype=torch.float64, seed=1) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def results(
    cell: EngramCell, path: str, x: torch.Tensor, mixed: torch.dtype | None = None, **given
) -> list[torch.Tensor]:
    """Return output, last trace and last hidden state, and the gradient of all that is trained."""
    cell.path = path
    with torch.autocast("cpu", mixed, enabled=mixed is not None):
        output, end = cell(x, **given)
    told = output, end.trace, end.hidden
    loss = sum((part * numbers(*part.shape, seed=2).to(part.dtype)).sum() for part in told)
    return [*told, *torch.autograd.grad(loss, [x, *cell.parameters()], materialize_grads=True)]


@settings(max_examples=20)
@given(
    batch=st.integers(1, 40), steps=st.integers(1, 4), hidden=st.integers(1, 20),
    slots=st.integers(1, 18), norm=st.booleans(), learn=st.booleans(), noisy=st.booleans(),
    clip=st.sampled_from([0.0, 0.02, 1.0]), masked=st.booleans(), alone=st.booleans(),
)  # fmt: skip
@example(1, 1, 1, 1, True, True, True, 0.02, True, False)
@example(37, 3, 17, 18, True, True, True, 0.02, False, False)
@example(37, 3, 40, 5, True, False, True, 0.02, False, True)
def test_the_kernels_are_the_plain_loops(
    batch, steps, hidden, slots, norm, learn, noisy, clip, masked, alone
):
    options = {
        "hidden_size": hidden, "slots": slots, "layer_norm": norm, "learn_temperature": learn,
        "clip": clip, "start": "learned",
    }  # fmt: skip
    cell, x = made(**options), numbers(batch, steps, 3).requires_grad_()
    given_noise = 0.1 * numbers(steps, slots, hidden, seed=3) if noisy else None
    mask = numbers(batch, steps, seed=4) > -0.5 if masked else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "ALONE", kernels.ALONE if alone else 0)
        found = results(cell, "auto", x, noise=given_noise, mask=mask)
    expected = results(cell, "plain", x, noise=given_noise, mask=mask)
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-7, atol=1e-8)


def test_many_samples_are_summed_over_programs_and_in_rounds(monkeypatch):
    """More blocks of samples than programs, and more programs than are added at a time."""
    monkeypatch.setattr(kernels, "ALONE", 0)
    cell, x = made(hidden_size=5, slots=3), numbers(290, 2, 3).requires_grad_()
    expected = results(cell, "plain", x)
    for programs in (2, 18):
        monkeypatch.setattr(kernels, "processors", lambda like, count=programs: count)
        assert kernels.memory_plan(numbers(1, 290, 5), cell.memory.slots)[2] == programs
        for mine, theirs in zip(results(cell, "auto", x), expected, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("mode", ["engram", "reference"])
def test_empty_slots_and_empty_patterns_are_floored_as_in_the_loops(alone, mode, monkeypatch):
    monkeypatch.setattr(kernels, "ALONE", kernels.ALONE if alone else 0)
    start = "random" if mode == "reference" else "zero"
    cell = made(hidden_size=5, slots=3, layer_norm=False, noise=0.0, mode=mode, start=start)
    cell.noise = torch.Generator().manual_seed(3)
    x = numbers(4, 3, 3)
    x[1] = 0  # its pattern is zero, since the encoder's bias is
    x[2] *= 1e-7
    with torch.no_grad():
        cell.memory.slots[1] = 1e-5  # shorter than one floor, longer than the other
        cell.memory.slots[2] = 0
    state = cell.start(4)._replace(trace=torch.zeros_like(cell.memory.slots))
    x.requires_grad_()
    found, expected = (results(cell, path, x, state=state) for path in ("auto", "plain"))
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-6, atol=1e-8)


def test_single_precision_is_as_close_as_it_can_be():
    cell, x = made(torch.float32, hidden_size=20, slots=9), numbers(5, 6, 3, dtype=torch.float32)
    x.requires_grad_()
    exact = results(made(hidden_size=20, slots=9), "plain", x.detach().double().requires_grad_())
    for mine, theirs in zip(results(cell, "auto", x), exact, strict=True):
        torch.testing.assert_close(mine.double(), theirs, rtol=1e-4, atol=1e-4)


def test_mixed_precision_multiplies_in_its_type_and_keeps_the_rest(launches):
    cell, x = made(torch.float32, hidden_size=20, slots=9), numbers(5, 6, 3, dtype=torch.float32)
    x.requires_grad_()
    full = results(cell, "auto", x)
    mixed, fused = (results(cell, path, x, torch.float16) for path in ("auto", "fused"))
    assert launches == ["MemoryKernels", "HiddenKernels"] * 2
    assert {part.dtype for part in mixed} == {torch.float32}
    # The trace is the same as ever; the hidden state comes from coarser products than `fused`'s.
    torch.testing.assert_close(mixed[1], fused[1], rtol=1e-5, atol=1e-6)
    assert not torch.allclose(mixed[0], fused[0], rtol=1e-4, atol=1e-4)
    for mine, theirs in zip(mixed, full, strict=True):
        assert (mine - theirs).norm() < 0.02 * theirs.norm()
    # The interpreter cannot multiply numbers of this type.
    results(cell, "auto", x, torch.bfloat16)
    assert launches[4:] == ["MemoryKernels"]


@pytest.mark.filterwarnings("ignore:invalid value")  # of numpy, which interprets
@pytest.mark.parametrize("norm", [True, False])
def test_what_is_not_a_number_is_not_hidden(norm):
    cell, x = made(layer_norm=norm, hidden_size=5, slots=3), numbers(3, 4, 3)
    x[0, 2] = torch.nan
    output, end = cell(x)
    assert output[0, 2:].isnan().all() and output[1:, 3].isnan().all()  # by way of the trace
    assert not output[:, :2].isnan().any() and not output[1:, 2].isnan().any()
    assert end.trace.isnan().all() and end.hidden.isnan().all()


def test_a_prediction_is_what_training_computes(launches):
    cell, x = made(hidden_size=5, slots=3), numbers(3, 4, 3)
    mask = numbers(3, 4, seed=4) > -0.5
    for given_mask in (None, mask):
        output, end = cell(x, mask=given_mask)
        with torch.no_grad():
            plain, last = cell(x, mask=given_mask)
        assert torch.equal(output, plain) and torch.equal(end.hidden, last.hidden)
        assert torch.equal(end.trace, last.trace)
    assert launches == ["MemoryKernels", "HiddenKernels"] * 2 + ["HiddenKernels"] * 2


def test_nothing_is_kept_for_a_way_back_that_there_is_not():
    """Where something is kept, it is not among what is given."""
    drive, weight = numbers(2, 3, 15), numbers(15, 5)
    before = drive.clone()
    given = numbers(3, 5), weight, weight.mT, numbers(5), None, None, 0.0, None
    kernels.HiddenKernels.apply(drive, *given, False, drive.dtype)
    assert torch.equal(drive, before)


def test_products_are_as_precise_as_torch_is_told():
    before = torch.get_float32_matmul_precision()
    try:
        for told, precision in (("highest", "ieee"), ("high", "tf32"), ("medium", "tf32")):
            torch.set_float32_matmul_precision(told)
            assert kernels.precision() == precision
    finally:
        torch.set_float32_matmul_precision(before)


def test_sums_have_one_order(monkeypatch):
    monkeypatch.setattr(kernels, "ALONE", 0)
    cell = made(torch.float32, hidden_size=20, slots=9)
    x = numbers(40, 2, 3, dtype=torch.float32).requires_grad_()
    first, second = results(cell, "auto", x), results(cell, "auto", x)
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("path", "options", "dtype", "told"),
    [
        ("auto", {}, torch.float32, ["MemoryKernels", "HiddenKernels"]),
        ("fused", {}, torch.float32, []),
        ("plain", {}, torch.float32, []),
        ("auto", {}, torch.bfloat16, []),
        ("auto", {"trace": "sample"}, torch.float32, ["HiddenKernels"]),
        ("auto", {"hidden_size": 257, "slots": 2}, torch.float32, ["MemoryKernels"]),
        ("auto", {"hidden_size": 129, "slots": 33}, torch.float32, ["HiddenKernels"]),
    ],
)
def test_the_path_says_what_computes(path, options, dtype, told, launches):
    cell = made(dtype, **{"hidden_size": 5, "slots": 3, **options})
    cell.path = path
    with torch.no_grad():
        cell(numbers(2, 1, 3).to(dtype))
    assert launches == told


def test_without_a_device_and_the_interpreter_they_are_not_used(launches, monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET")
    made(hidden_size=5, slots=3)(numbers(2, 2, 3))
    assert launches == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "size",
    [
        ("90", "64", "128", "128", "ieee"),
        ("80", "64", "128", "8192", "tf32"),
        ("90", "64", "128", "8192", "bfloat16"),
        ("89", "32", "256", "8192", "ieee"),
        ("89", "512", "16", "8192", "ieee"),
        ("120", "64", "128", "8192", "tf32"),
    ],
    ids=lambda size: "-".join(size),
)
def test_they_compile_and_fit_on_devices(size, tmp_path):
    """Shared memory as the smallest of these devices has it; few registers are spilled, if any.

    How many depends on Triton's version; a kernel that does not fit spills thousands of bytes.
    """
    apart = os.environ | {"TRITON_CACHE_DIR": str(tmp_path)}
    apart.pop("TRITON_INTERPRET")
    done = subprocess.run(
        [sys.executable, COMPILE, *size], capture_output=True, text=True, env=apart
    )
    assert done.returncode == 0, done.stderr
    needed = json.loads(done.stdout)
    assert len(needed) == 8
    for name, of in needed.items():
        assert of["shared"] <= 99 * 1024, name
        assert of["STACK"] <= 1024, name
