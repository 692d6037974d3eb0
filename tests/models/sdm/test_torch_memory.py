"""The torch memory equals the compiled one bit for bit."""

import numpy as np
import pytest
import torch

from models.sdm import SparseDistributedMemory, TorchSparseDistributedMemory, torch_memory

GPU = pytest.param("cuda", marks=pytest.mark.gpu)


@pytest.fixture(params=["cpu", GPU])
def device(request):
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    return request.param


@pytest.mark.parametrize("bits", [256, 1000, 2500])
def test_it_equals_the_compiled_memory(words, flip, device, bits):
    options = {"access_fraction": 0.01, "seed": 4}
    on_torch = TorchSparseDistributedMemory(bits, 3000, device=device, **options)
    compiled = SparseDistributedMemory(bits, 3000, **options)
    assert on_torch.radius == compiled.radius
    assert on_torch.access_fraction == compiled.access_fraction
    stored = words(200, bits)
    for memory in (on_torch, compiled):
        memory.write(stored)
    np.testing.assert_array_equal(on_torch.counters, compiled.counters)
    cues = flip(stored[:20], bits // 8)
    np.testing.assert_array_equal(on_torch.read_sums(cues), compiled.read_sums(cues))
    np.testing.assert_array_equal(
        on_torch.read_iterated(cues).words, compiled.read_iterated(cues).words
    )
    for a, b in zip(on_torch.activated(cues), compiled.activated(cues), strict=True):
        np.testing.assert_array_equal(a, b)


def test_small_chunks_change_nothing(words, device, monkeypatch):
    whole = TorchSparseDistributedMemory(128, 3000, access_fraction=0.05, device=device)
    stored = words(12, 128)
    whole.write(stored)
    monkeypatch.setattr(torch_memory, "_MOST_PRODUCTS", 1000)
    monkeypatch.setattr(torch_memory, "_MOST_GATHERED", 1000)
    parts = TorchSparseDistributedMemory(128, 3000, access_fraction=0.05, device=device)
    parts.write(stored)
    np.testing.assert_array_equal(parts.counters, whole.counters)
    np.testing.assert_array_equal(parts.read_sums(stored), whole.read_sums(stored))
    np.testing.assert_array_equal(parts.activated_counts(stored), whole.activated_counts(stored))
    np.testing.assert_array_equal(parts.activated(stored)[7], whole.activated(stored)[7])


def test_bytes(device):
    memory = TorchSparseDistributedMemory(100, 50, 30, counter_bits=16, device=device)
    assert memory.nbytes == 50 * 100 * (2 if device == "cuda" else 4) + 50 * 30 * 2


def test_a_missing_gpu_is_told():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ValueError, match="device is cuda, but torch finds no GPU"):
        TorchSparseDistributedMemory(10, 10)
