"""Matrix products in single precision on a processor, by the faster one of torch's two libraries.

torch multiplies matrices with MKL, which on a processor of AMD that has AVX-512 is only as fast as
oneDNN, torch's library of convolutions, is with AVX2. With AVX-512 oneDNN is twice as fast, once a
product is large enough to pay for the longer call (BENCHMARKS.md).

Which of them is taken follows from the processor's instructions and the sizes alone. A race of both
would now and then end the other way round, and their sums differ in the last digit: the same
machine gives the same numbers run after run only if nothing is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

#: Multiplications from which on oneDNN's product is the faster one.
LARGE = 2**20


def exactly(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Run a backward pass without automatic mixed precision, and only once.

    `torch.autocast` reaches a backward pass that is run within its block, and would multiply
    in a coarser type than what the forward pass kept, and than where products are put.
    """

    @once_differentiable
    @wraps(backward)
    def run(ctx: Any, first: Tensor, *others: Tensor) -> Any:
        with torch.autocast(first.device.type, enabled=False):
            return backward(ctx, first, *others)

    return run


@cache
def onednn() -> Any:
    """Return oneDNN's product, or None where torch has it not or it is not the faster one."""
    there = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    wide = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return torch.ops.mkldnn._linear_pointwise.default if there and wide else None


def quick(weight: Tensor, rows: int) -> bool:
    """Return whether oneDNN computes the products of matrices (rows, in) and (out, in)."""
    return (
        weight.dtype == torch.float32
        and weight.device.type == "cpu"
        and rows * weight.numel() >= LARGE
        and onednn() is not None
    )


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None, relu: bool = False) -> Tensor:
    """Return x weight^T + bias, rectified where asked; without a gradient.

    Parameters
    ----------
    x : Tensor, shape (rows, in)
    weight : Tensor, shape (out, in)
    bias : Tensor, shape (out,), optional
    relu : bool

    Returns
    -------
    Tensor, shape (rows, out)
    """
    if quick(weight, len(x)):
        return onednn()(dense(x), dense(weight), bias, "relu" if relu else "none", [], "")
    result = torch.mm(x, weight.mT) if bias is None else torch.addmm(bias, x, weight.mT)
    return result.relu_() if relu else result


def dense(matrix: Tensor) -> Tensor:
    """Return a matrix whose rows or columns lie together; of others oneDNN is very slow."""
    return matrix if matrix.is_contiguous() or matrix.mT.is_contiguous() else matrix.contiguous()


def weight_gradient(slope: Tensor, x: Tensor) -> Tensor:
    """Return slope^T x, (out, in), the gradient of a weight: of (rows, out) and (rows, in)."""
    if slope.shape[1] > x.shape[1]:  # the left one of two is copied: let it be the smaller
        return product(x.mT, slope.mT).mT
    return product(slope.mT, x.mT)


def linear(*pairs: tuple[Tensor, Tensor], bias: Tensor | None = None, relu: bool = False) -> Tensor:
    """Return the sum of all x weight^T, and bias, rectified where asked, with its gradient.

    Parameters
    ----------
    pairs : (Tensor, Tensor), shapes (..., in) and (out, in)
        Each an x and its weight.
    bias, relu
        As `product`.
    """
    x, weight = pairs[0]
    rows = x.shape[:-1].numel()
    if torch.is_autocast_enabled(x.device.type) or not quick(weight, rows):
        return plain_linear(*pairs, bias=bias, relu=relu)
    flat = [part for x, weight in pairs for part in (x.flatten(0, -2), weight)]
    return Linear.apply(bias, relu, *flat).view(*x.shape[:-1], len(weight))


def plain_linear(
    *pairs: tuple[Tensor, Tensor], bias: Tensor | None = None, relu: bool = False
) -> Tensor:
    """Return what `linear` does, by torch's own functions alone."""
    result = torch.nn.functional.linear(*pairs[0], bias)
    for x, weight in pairs[1:]:
        result = result + torch.nn.functional.linear(x, weight)
    return torch.relu(result) if relu else result


class Linear(torch.autograd.Function):
    """Sums of `product` with their gradients: of x, weight, x, weight and so on."""

    @staticmethod
    def forward(ctx: Any, bias, relu, *parts):  # noqa: D102
        alone = len(parts) == 2
        result = product(parts[0], parts[1], bias, relu and alone)
        for x, weight in zip(parts[2::2], parts[3::2], strict=True):
            result += product(x, weight)
        if relu and not alone:
            result.relu_()
        ctx.save_for_backward(result if relu else None, *parts)
        return result

    @staticmethod
    @exactly
    def backward(ctx: Any, slope):  # noqa: D102 # pyright: ignore
        result, *parts = ctx.saved_tensors
        if result is not None:
            slope = torch.ops.aten.threshold_backward(slope, result, 0)
        bias_asked, _, *asked = ctx.needs_input_grad
        gradients: list[Tensor | None] = [slope.sum(0) if bias_asked else None, None]
        for place in range(0, len(parts), 2):
            x, weight = parts[place : place + 2]
            gradients.append(product(slope, weight.mT) if asked[place] else None)
            gradients.append(weight_gradient(slope, x) if asked[place + 1] else None)
        return tuple(gradients)
