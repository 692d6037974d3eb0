"""Single instructions that numba does not offer: prefetch, saturating addition, trailing zeros."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import extending, types
from numba.core import cgutils

# The decorator takes the typing context away from the call, which its own types do not say.
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
intrinsic = cast(Decorator, extending.intrinsic)


@intrinsic
def prefetch(typingctx, address):
    """Ask for the cache line at an address."""

    def codegen(context, builder, signature, arguments):
        int32, pointer = ir.IntType(32), ir.PointerType(ir.IntType(8))
        kind = ir.FunctionType(ir.VoidType(), [pointer, int32, int32, int32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        place = builder.inttoptr(arguments[0], pointer)
        # For reading (0), kept in the second-level cache (2), data (1).
        builder.call(function, [place, *(ir.Constant(int32, i) for i in (0, 2, 1))])
        return context.get_dummy_value()

    return types.void(types.intp), codegen


@intrinsic
def saturating_add(typingctx, first, second):
    """Sum of two signed integers of one type, held at the ends of its range."""

    def codegen(context, builder, signature, arguments):
        kind = arguments[0].type
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind, kind]), f"llvm.sadd.sat.i{kind.width}"
        )
        return builder.call(function, arguments)

    return first(first, second), codegen


@intrinsic
def trailing_zeros(typingctx, word):
    """Count the zero bits below the lowest one of a 64-bit word, which must not be zero."""

    def codegen(context, builder, signature, arguments):
        int64, flag = ir.IntType(64), ir.IntType(1)
        kind = ir.FunctionType(int64, [int64, flag])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.cttz.i64")
        return builder.call(function, [arguments[0], ir.Constant(flag, 1)])

    return types.int64(types.uint64), codegen
