"""The same layers of Whisper's encoder as a graph for ONNX Runtime, to compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from sertool.features.encoder.stem import positions
from sertool.features.encoder.weights import HEAD, PREFIX

OPSET = 20
"""The first that has Gelu."""


class Graph:
    """Nodes and weights, each node named by what it makes."""

    def __init__(self, tensors: Mapping[str, np.ndarray]) -> None:
        self.tensors = {name.removeprefix(PREFIX): each for name, each in tensors.items()}
        self.nodes: list[object] = []
        self.weights: list[object] = []

    def node(self, kind: str, *given: str, **attributes: object) -> str:
        """What a node makes of what it is given."""
        made = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [*given], [made], **attributes))
        return made

    def weight(self, values: np.ndarray) -> str:
        """The name of an array."""
        name = f"weight_{len(self.weights)}"
        kind = values.dtype if values.dtype == np.int64 else np.float32
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, kind), name))
        return name

    def convolution(self, given: str, name: str, step: int) -> str:
        """A convolution over three frames, and its GELU."""
        parts = (self.weight(self.tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        made = self.node("Conv", given, *parts, strides=[step], pads=[1, 1], kernel_shape=[3])
        return self.node("Gelu", made)

    def linear(self, given: str, name: str) -> str:
        """A product and a bias, where there is one."""
        made = self.node("MatMul", given, self.weight(self.tensors[f"{name}.weight"].T))
        bias = self.tensors.get(f"{name}.bias")
        return made if bias is None else self.node("Add", made, self.weight(bias))

    def norm(self, given: str, name: str) -> str:
        """A norm of each frame."""
        parts = (self.weight(self.tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.node("LayerNormalization", given, *parts, axis=-1, epsilon=1e-5)

    def attention(self, given: str, name: str) -> str:
        """Attention of all heads."""
        heads = self.weight(np.array([1, 0, -1, HEAD], np.int64))
        query, key, value = (
            self.node("Reshape", self.linear(given, f"{name}.{part}_proj"), heads) for part in "qkv"
        )
        query = self.node("Transpose", query, perm=[0, 2, 1, 3])
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 2, 3, 1]))
        scores = self.node("Mul", scores, self.weight(np.array(HEAD**-0.5)))
        shares = self.node("Softmax", scores, axis=-1)
        mixed = self.node("MatMul", shares, self.node("Transpose", value, perm=[0, 2, 1, 3]))
        mixed = self.node("Transpose", mixed, perm=[0, 2, 1, 3])
        joined = self.node("Reshape", mixed, self.weight(np.array([1, 0, -1], np.int64)))
        return self.linear(joined, f"{name}.out_proj")

    def layer(self, frames: str, name: str) -> str:
        """One layer."""
        seen = self.norm(frames, f"{name}.self_attn_layer_norm")
        frames = self.node("Add", frames, self.attention(seen, f"{name}.self_attn"))
        seen = self.norm(frames, f"{name}.final_layer_norm")
        wide = self.node("Gelu", self.linear(seen, f"{name}.fc1"))
        return self.node("Add", frames, self.linear(wide, f"{name}.fc2"))


def session(tensors: Mapping[str, np.ndarray], n_frames: int) -> Callable[[np.ndarray], np.ndarray]:
    """A function from a log-mel spectrum (1, n_mels, 2 n_frames) to the last layer's frames."""
    graph = Graph(tensors)
    width, n_mels, _ = graph.tensors["conv1.weight"].shape
    frames = graph.convolution(graph.convolution("mel", "conv1", 1), "conv2", 2)
    frames = graph.node("Transpose", frames, perm=[0, 2, 1])
    frames = graph.node("Add", frames, graph.weight(positions(n_frames, width)))
    for number in range(sum("fc1.weight" in name for name in tensors)):
        frames = graph.layer(frames, f"layers.{number}")
    described = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("mel", [1, n_mels, 2 * n_frames]), (frames, [1, n_frames, width]))
    )
    given, made = described
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", [given], [made], graph.weights),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=10,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    running = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda mel: running.run(None, {"mel": mel})[0][0]
