"""Neighbouring frames as one value inside a kernel: eight of float64 or sixteen of float32.

Numba makes vectors of an innermost loop only where it can prove that what is written there is not
read there; of a butterfly or of a list of the smallest values it cannot. So kernels may say it
themselves: `load` takes so many numbers, `+`, `-`, `*`, `least` and `greatest` work on all of them,
`store` writes them. Each is rounded by itself, as everywhere: a frame's numbers do not depend on
its neighbours. Where the processor's registers are narrower, LLVM takes several for a value.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, infer_global
from numba.extending import intrinsic, lower_builtin, models, register_model

from sertool.features.spectrum.kernels.compiled import inlined

LINE = 64
"""Bytes of a value: a line of the cache, and a register of AVX-512."""
MOST_LANES = LINE // np.dtype(np.float32).itemsize
"""Frames in the widest value."""
SIDE = 8
"""Rows and columns of the squares that `turn_square` takes."""

_LLVM = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}


def wide(rows: np.ndarray) -> np.ndarray:
    """Rows, with columns of zeros after them where there are fewer than the widest value takes."""
    lacking = MOST_LANES - rows.shape[1]
    return np.pad(rows, ((0, 0), (0, lacking))) if lacking > 0 else rows


@inlined
def lanes(array: np.ndarray) -> int:
    """Frames in a value of numbers like those of `array`."""
    return LINE // array.itemsize


class Lanes(types.Type):
    """Numba's type of such a value."""

    def __init__(self, number: Any) -> None:
        """Args: number: `types.float32` or `types.float64`."""
        self.number = number
        self.count = 8 * LINE // number.bitwidth
        super().__init__(name=f"Lanes({number})")


class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, _vector(kind))


def _vector(kind: Lanes) -> ir.VectorType:
    return ir.VectorType(_LLVM[kind.number], kind.count)


register_model(Lanes)(_Model)


def _define(symbol: Any, instruction: str) -> None:
    """Let an operator between two values of one kind be an instruction of LLVM."""

    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, arguments: Any, _: Any) -> Any:
            first = arguments[0]
            if isinstance(first, Lanes) and tuple(arguments) == (first, first):
                return signature(first, first, first)
            return None

    def lowered(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return getattr(builder, instruction)(*values)

    infer_global(symbol)(Template)
    lower_builtin(symbol, Lanes, Lanes)(lowered)


_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")


def _load(_: Any, lines: Any, line: Any) -> Any:
    """`load(lines, i)`: line i of a flat array; the numbers of a line follow each other."""
    _check_layout(lines)
    return Lanes(lines.dtype)(lines, line), _loading


def _load_at(_: Any, array: Any, row: Any, column: Any) -> Any:
    """`load_at(array, row, column)`: neighbouring numbers of a row, from a column on."""
    _check_layout(array)
    return Lanes(array.dtype)(array, row, column), _loading


def _loading(context: Any, builder: Any, called: Any, values: Any) -> Any:
    place = _place(context, builder, called.args[0], values, _vector(called.return_type))
    return builder.load(place, align=called.args[0].dtype.bitwidth // 8)


def _store(_: Any, lines: Any, line: Any, value: Any) -> Any:
    """`store(lines, i, value)`: rounded to the array's precision, as by all that follow."""
    _check_layout(lines)
    return types.void(lines, line, value), _storing


def _store_pair(_: Any, lines: Any, line: Any, before: Any, value: Any) -> Any:
    """`store_pair(lines, i, before, value)`: into line i - 1 and line i."""

    def generate(context: Any, builder: Any, called: Any, values: Any) -> Any:
        one = ir.Constant(values[1].type, 1)
        _storing(context, builder, called, (values[0], builder.sub(values[1], one), values[2]))
        return _storing(context, builder, called, (values[0], values[1], values[3]))

    return types.void(lines, line, before, value), generate


def _store_at(_: Any, array: Any, row: Any, column: Any, value: Any) -> Any:
    """`store_at(array, row, column, value)`: into a row, from a column on."""
    _check_layout(array)
    return types.void(array, row, column, value), _storing


def _storing(context: Any, builder: Any, called: Any, values: Any) -> Any:
    number = called.args[0].dtype
    rounded = _rounded(builder, values[-1], number)
    place = _place(context, builder, called.args[0], values, rounded.type)
    builder.store(rounded, place, align=number.bitwidth // 8)
    return context.get_dummy_value()


def _store_spectrum_at(_: Any, array: Any, row: Any, column: Any, real: Any, imaginary: Any) -> Any:
    """`store_spectrum_at(array, row, column, real, imaginary)`: complex numbers or their sizes.

    Which of them depends on the array. Both are rounded, likewise.
    """
    _check_layout(array)

    def generate(context: Any, builder: Any, called: Any, values: Any) -> Any:
        join = _interleaved if isinstance(array.dtype, types.Complex) else _absolute
        stored = join(builder, real, array.dtype, *values[3:])
        place = _place(context, builder, called.args[0], values, stored.type)
        builder.store(stored, place, align=4)
        return context.get_dummy_value()

    return types.void(array, row, column, real, imaginary), generate


def _interleaved(builder: Any, kind: Lanes, number: Any, x: Any, y: Any) -> Any:
    part = number.underlying_float
    in_turn = [place for lane in range(kind.count) for place in (lane, kind.count + lane)]
    order = ir.Constant(ir.VectorType(ir.IntType(32), 2 * kind.count), in_turn)
    return builder.shuffle_vector(_rounded(builder, x, part), _rounded(builder, y, part), order)


def _absolute(builder: Any, kind: Lanes, number: Any, x: Any, y: Any) -> Any:
    square = builder.fadd(builder.fmul(x, x), builder.fmul(y, y))
    return _rounded(builder, _root_of(builder, kind, square), number)


def _root(_: Any, value: Any) -> Any:
    """`root(value)`: square roots."""

    def generate(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return _root_of(builder, value, values[0])

    return value(value), generate


def _root_of(builder: Any, kind: Lanes, value: Any) -> Any:
    name = f"llvm.sqrt.v{kind.count}f{kind.number.bitwidth}"
    called = ir.FunctionType(value.type, [value.type])
    return builder.call(cgutils.get_or_insert_function(builder.module, called, name), [value])


def _spread(_: Any, like: Any, number: Any) -> Any:
    """`spread(like, number)`: one number in all lanes of a value of that kind."""

    def generate(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return _everywhere(builder, values[1], like.count)

    return like(like, like.number), generate


def _turn_back(_: Any, real: Any, imaginary: Any, cosine: Any, sine: Any) -> Any:
    """`turn_back(real, imaginary, cosine, sine)`: complex numbers turned by one angle."""

    def generate(context: Any, builder: Any, called: Any, values: Any) -> Any:
        x, y = values[:2]
        c, s = (_everywhere(builder, value, real.count) for value in values[2:])
        turned_x = builder.fadd(builder.fmul(c, x), builder.fmul(s, y))
        turned_y = builder.fsub(builder.fmul(c, y), builder.fmul(s, x))
        return context.make_tuple(builder, called.return_type, (turned_x, turned_y))

    returned = types.UniTuple(real, 2)  # type: ignore[attr-defined]
    return returned(real, imaginary, real.number, real.number), generate


def _turn_square(_: Any, rows: Any, i: Any, j: Any, columns: Any) -> Any:
    """`turn_square(rows, i, j, columns)`: the square from row i, column j on, transposed.

    Like cards, half of its rows are shuffled between the other half until they are columns.
    """
    _check_layout(rows)
    _check_layout(columns)

    def generate(context: Any, builder: Any, called: Any, values: Any) -> Any:
        source, i, j, target = values
        kind = ir.VectorType(_LLVM[rows.dtype], SIDE)
        order = [place for lane in range(SIDE) for place in (lane, SIDE + lane)]
        halves = [
            ir.Constant(ir.VectorType(ir.IntType(32), SIDE), order[first : first + SIDE])
            for first in (0, SIDE)
        ]
        steps = [ir.Constant(i.type, step) for step in range(SIDE)]
        square = []
        for step in steps:
            place = _place(context, builder, rows, (source, builder.add(i, step), j), kind)
            square.append(builder.load(place, align=rows.dtype.bitwidth // 8))
        for _ in range(SIDE.bit_length() - 1):
            pairs = zip(square[: SIDE // 2], square[SIDE // 2 :], strict=True)
            square = [builder.shuffle_vector(*pair, half) for pair in pairs for half in halves]
        for step, line in zip(steps, square, strict=True):
            column = _rounded(builder, line, columns.dtype)
            place = _place(
                context, builder, columns, (target, builder.add(j, step), i), column.type
            )
            builder.store(column, place, align=columns.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(rows, i, i, columns), generate


def _choose(comparison: str) -> Any:
    def choice(_: Any, one: Any, other: Any) -> Any:
        def generate(_: Any, builder: Any, __: Any, values: Any) -> Any:
            return builder.select(builder.fcmp_ordered(comparison, *values), *values)

        return one(one, other), generate

    return choice


def _check_layout(array: Any) -> None:
    if array.layout != "C":
        raise TypingError(f"{array}: the numbers of a row must follow each other")


def _place(context: Any, builder: Any, kind: Any, values: Any, vector: Any) -> Any:
    """Pointer to a line of a flat array, or to numbers of a row; columns lie side by side."""
    array = context.make_array(kind)(context, builder, values[0])
    strides = cgutils.unpack_tuple(builder, array.strides, kind.ndim)
    width = kind.dtype.bitwidth // 8
    if kind.ndim == 1:
        offset = builder.mul(values[1], ir.Constant(values[1].type, vector.count * width))
    else:
        column = builder.mul(values[2], ir.Constant(values[2].type, width))
        offset = builder.add(builder.mul(values[1], strides[0]), column)
    start = builder.bitcast(array.data, ir.IntType(8).as_pointer())
    return builder.bitcast(builder.gep(start, [offset]), vector.as_pointer())


def _everywhere(builder: Any, number: Any, count: int) -> Any:
    nothing = ir.Constant(ir.VectorType(number.type, count), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
    return builder.shuffle_vector(first, nothing, zeros)


def _rounded(builder: Any, value: Any, number: Any) -> Any:
    wanted = ir.VectorType(_LLVM[number], value.type.count)
    if value.type == wanted:
        return value
    return (builder.fpext if number == types.float64 else builder.fptrunc)(value, wanted)


load = intrinsic(_load)
load_at = intrinsic(_load_at)
store = intrinsic(_store)
store_pair = intrinsic(_store_pair)
store_at = intrinsic(_store_at)
store_spectrum_at = intrinsic(_store_spectrum_at)
spread = intrinsic(_spread)
root = intrinsic(_root)
turn_back = intrinsic(_turn_back)
turn_square = intrinsic(_turn_square)
least = intrinsic(_choose("<"))
greatest = intrinsic(_choose(">"))
