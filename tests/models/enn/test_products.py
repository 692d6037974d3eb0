"""Products by oneDNN are those of torch, in values and gradients, and the same in every run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enn import products
from models.enn.cell import EngramCell
from models.enn.config import EngramConfig
from models.enn.products import LARGE, linear, plain_linear, product, quick, weight_gradient

needs_onednn = pytest.mark.skipif(
    products.onednn() is None, reason="oneDNN's product is not the faster one here"
)
#: Trains two steps of the published size in a process of its own, and counts pages it had to get.
SCRIPT = """
import hashlib, json, resource, sys
import torch
from models.enn.cell import EngramCell
from models.enn.computing import threads
from models.enn.config import EngramConfig

generator = torch.Generator().manual_seed(0)
cell = EngramCell(EngramConfig(input_size=28), generator).train()
x = torch.randn(128, 28, 28, generator=generator)
def step():
    with threads(1):
        output, _ = cell(x)
        for weight in cell.parameters():
            weight.grad = None
        (output * output[:, :1].detach()).mean().backward()
faults = []
for _ in range(4):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    step()
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
told = hashlib.sha256()
for weight in cell.parameters():
    told.update(weight.grad.contiguous().numpy().tobytes())
print(json.dumps([told.hexdigest(), min(faults)]))
"""


def rows(*shape: int, seed: int = 0, turned: bool = False, wide: bool = False) -> torch.Tensor:
    """Return a matrix that lies row by row, or column by column, or within a wider one."""
    generator = torch.Generator().manual_seed(seed)
    if turned:
        return torch.randn(*shape[::-1], generator=generator).mT
    whole = torch.randn(shape[0], shape[1] + 3 * wide, generator=generator)
    return whole[:, : shape[1]]


@settings(max_examples=30, deadline=None)
@given(
    count=st.integers(1, 300), inner=st.integers(1, 200), outer=st.integers(1, 200),
    turned=st.booleans(), other=st.booleans(), wide=st.booleans(), relu=st.booleans(),
    biased=st.booleans(),
)  # fmt: skip
def test_a_product_is_torchs_whatever_lies_where(
    count, inner, outer, turned, other, wide, relu, biased
):
    x = rows(count, inner, turned=turned, wide=wide)
    weight = rows(outer, inner, seed=1, turned=other, wide=wide)
    bias = rows(1, outer, seed=2)[0] if biased else None
    right = plain_linear(
        (x.double(), weight.double()), bias=None if bias is None else bias.double(), relu=relu
    )
    found = product(x, weight, bias, relu)
    torch.testing.assert_close(found, right.float(), rtol=1e-5, atol=1e-4)
    assert found.is_contiguous()
    slope = rows(count, outer, seed=3, turned=turned)
    right = slope.double().mT @ x.double()
    torch.testing.assert_close(weight_gradient(slope, x), right.float(), rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("parts", [1, 2])
def test_gradients_are_torchs(relu, biased, parts):
    shapes = [(4, 32, 96), (160, 96)] * parts + [(160,)] * biased
    generator = torch.Generator().manual_seed(3)
    leaves = [torch.randn(shape, generator=generator).requires_grad_() for shape in shapes]
    exact = [leaf.detach().double().requires_grad_() for leaf in leaves]
    asked = torch.randn(4, 32, 160, generator=generator)
    results = []
    for way, given_ in ((linear, leaves), (plain_linear, exact)):
        pairs = [tuple(given_[2 * part : 2 * part + 2]) for part in range(parts)]
        output = way(*pairs, bias=given_[-1] if biased else None, relu=relu)
        (output * asked).sum().backward()
        results.append([output, *(leaf.grad for leaf in given_)])
    mine, right = results
    for one, other in zip(mine, right, strict=True):
        torch.testing.assert_close(one, other.float(), rtol=1e-4, atol=1e-3)


def test_small_and_exact_products_stay_with_torch():
    weight = torch.zeros(128, 128)
    assert not quick(weight, LARGE // 128**2 - 1)
    assert not quick(weight.double(), LARGE)
    assert quick(weight, LARGE // 128**2) is (products.onednn() is not None)


@needs_onednn
def test_large_products_are_onednns(monkeypatch):
    used, own = [], products.onednn()

    def spied(x, weight, *others):
        used.extend((x, weight))
        return own(x, weight, *others)

    monkeypatch.setattr(products, "onednn", lambda: spied)
    x = torch.randn(128, 28, 16)
    cell = EngramCell(EngramConfig(input_size=16))
    cell.path = "plain"
    cell(x)[0].sum().backward()
    assert not used
    cell.path = "auto"
    cell(x)[0].sum().backward()
    assert len(used) > 4 * 2 * 28  # in each step, forward and backward, and around them
    assert all(one.is_contiguous() or one.mT.is_contiguous() for one in used)  # or it takes long


@pytest.mark.parametrize("there", [False, True])
def test_the_choice_follows_what_the_processor_has(monkeypatch, there):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: there)
    for capability in ("DEFAULT", "AVX2", "AVX512"):
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda it=capability: it)
        found = products.onednn.__wrapped__()
        assert (found is not None) is (there and capability == "AVX512")


def test_in_mixed_precision_torch_chooses():
    cell, x = EngramCell(EngramConfig(input_size=16)), torch.randn(128, 28, 16)
    with torch.autocast("cpu", torch.bfloat16):
        assert linear((x, cell.encoder.weight)).dtype == torch.bfloat16
        output, _ = cell(x)
    torch.testing.assert_close(output, cell(x)[0], rtol=0.1, atol=0.2)


@pytest.mark.parametrize("trace", ["batch", "sample"])
def test_a_cell_of_the_published_width_is_the_plain_one(trace):
    generator = torch.Generator().manual_seed(0)
    config = EngramConfig(input_size=16, hidden_size=128, slots=64, trace=trace, hebbian_rate=0.3,
                          temperature=0.2, clip=0.05)  # fmt: skip
    cell = EngramCell(config, generator).eval()
    exact = EngramCell(config, path="plain").double().eval()
    exact.load_state_dict(cell.state_dict())
    x = torch.randn(96, 6, 16, generator=generator)
    asked = torch.randn(96, 6, 128, generator=generator)
    results = []
    for one, given_ in ((cell, x), (exact, x.double())):
        output, end = one(given_)
        ((output * asked).sum() + 10 * end.trace.square().sum()).backward()
        results.append([output, end.trace, *(weight.grad for weight in one.parameters())])
    for mine, right in zip(*results, strict=True):
        size = right.abs().max().item()
        torch.testing.assert_close(mine, right.float(), rtol=1e-3, atol=1e-4 * size)


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_without_gradients_a_wide_cell_gives_the_same(norm, masked):
    generator = torch.Generator().manual_seed(0)
    config = EngramConfig(input_size=16, layer_norm=norm, start="learned", seed=3)
    cell = EngramCell(config, generator).eval()
    exact = EngramCell(config, path="plain").double().eval()
    exact.load_state_dict(cell.state_dict())
    x = torch.randn(96, 6, 16, generator=generator)
    mask = torch.arange(6).expand(96, 6) < 4 if masked else None
    with torch.inference_mode():
        output, end = cell(x, mask=mask)
        with torch.autocast("cpu", torch.bfloat16):
            coarse, _ = cell(x, mask=mask)
    right, last = exact(x.double(), mask=mask)
    size = right.abs().max().item()
    torch.testing.assert_close(output, right.float(), rtol=1e-4, atol=1e-5 * size)
    torch.testing.assert_close(end.hidden, last.hidden.float(), rtol=1e-4, atol=1e-5 * size)
    torch.testing.assert_close(coarse, right.float(), rtol=0.1, atol=0.1 * size)


def test_runs_are_the_same_and_keep_their_memory():
    runs = [
        json.loads(subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True,
            check=True,
        ).stdout)
        for _ in range(2)
    ]  # fmt: skip
    assert runs[0][0] == runs[1][0]
    if sys.platform == "linux":  # of 20,000 pages that a step uses
        assert max(faults for _, faults in runs) < 1000
