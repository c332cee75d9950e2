"""Checks the files listed in ours.json with real numpy, and writes numpy's own with their contents in numpy.json."""

import hashlib
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

FOLDER = Path(sys.argv[1])
DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "bool"]


def describe(array):
    """Shape, dtype and a digest of the little-endian C-order bytes."""
    array = np.asarray(array)
    little = array.astype(array.dtype.newbyteorder("<"), order="C")
    name = "bool" if array.dtype.kind == "b" else array.dtype.kind + str(array.dtype.itemsize)
    return {"dtype": name, "shape": list(array.shape), "sha256": hashlib.sha256(little.tobytes()).hexdigest()}


def read(path):
    if path.suffix == ".npy":
        array = np.load(path)
        if array.size > 0:
            mapped = np.load(path, mmap_mode="r")
            if mapped.offset % 64 != 0 or describe(mapped) != describe(array):
                raise ValueError("mmap_mode reads something else")
        return {"": array}
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
        if broken is not None:
            raise ValueError(f"zipfile finds {broken} broken")
    check_alignment(path)
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def check_alignment(path):
    """Elements of stored members start at multiples of 64 bytes of the file."""
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                continue
            file.seek(member.header_offset + 26)
            name_bytes, extra_bytes = struct.unpack("<HH", file.read(4))
            file.seek(name_bytes + extra_bytes, 1)
            np.lib.format.read_magic(file)
            np.lib.format.read_array_header_1_0(file)
            if file.tell() % 64 != 0:
                raise ValueError(f"elements of {member.filename} start at {file.tell()}")


def check(case):
    try:
        arrays = {name: describe(array) for name, array in read(FOLDER / case["file"]).items()}
    except Exception as error:
        return f"{case['file']}: {type(error).__name__}: {error}"
    return None if arrays == case["arrays"] else f"{case['file']}: {arrays} instead of {case['arrays']}"


def same_file(case):
    """npy files are byte for byte what numpy.save writes."""
    path = FOLDER / case["file"]
    if path.suffix != ".npy":
        return None
    again = FOLDER / "again.npy"
    np.save(again, np.load(path))
    return None if again.read_bytes() == path.read_bytes() else f"{case['file']}: numpy.save writes other bytes"


def values(dtype, count, seed):
    """Any bits of that type, from a fixed seed."""
    random = np.random.default_rng(seed)
    if dtype == "bool":
        return random.integers(0, 2, count).astype(bool)
    return np.frombuffer(random.bytes(count * np.dtype(dtype).itemsize), dtype=dtype)


def layouts(dtype):
    """Arrays of every layout that numpy saves differently."""
    yield "c", values(dtype, 24, 1).reshape(2, 3, 4)
    yield "fortran", np.asfortranarray(values(dtype, 24, 2).reshape(2, 3, 4))
    yield "fortran-2d", np.asfortranarray(values(dtype, 35, 3).reshape(5, 7))
    yield "vector", values(dtype, 5, 4)
    yield "strided", values(dtype, 60, 5).reshape(6, 10)[::2, ::-3]
    yield "transposed", values(dtype, 24, 6).reshape(4, 3, 2).transpose(1, 0, 2)
    yield "scalar", values(dtype, 1, 7).reshape(())
    yield "empty", values(dtype, 0, 8)
    yield "hollow", values(dtype, 0, 9).reshape(3, 0, 2)
    yield "large", values(dtype, 70_001, 10)
    yield "large-fortran", np.asfortranarray(values(dtype, 70_000, 11).reshape(100, 7, 100))


def every_array():
    for dtype in DTYPES:
        for layout, array in layouts(dtype):
            yield f"{dtype}-{layout}", array
            if array.dtype.itemsize > 1:
                swapped = array.astype(array.dtype.newbyteorder(">"), order="K")
                assert swapped.dtype.byteorder == ">" and swapped.flags.f_contiguous == array.flags.f_contiguous
                yield f"{dtype}-{layout}-big", swapped


class Unseekable:
    """A pipe: zipfile then writes sizes and checksums behind each member."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()

    def read(self):
        raise OSError


def write_numpy_files():
    expected = []

    def note(file, arrays):
        expected.append({"file": file, "arrays": {name: describe(array) for name, array in arrays.items()}})

    arrays = dict(every_array())
    for name, array in arrays.items():
        np.save(FOLDER / f"numpy-{name}.npy", array)
        note(f"numpy-{name}.npy", {"": array})
    for version in [(1, 0), (2, 0), (3, 0)]:
        file = f"numpy-version-{version[0]}.npy"
        with open(FOLDER / file, "wb") as target:
            np.lib.format.write_array(target, arrays["f4-c"], version=version)
        note(file, {"": arrays["f4-c"]})
    names = {"ä/日本/🎬": arrays["i4-c"], "a/b": arrays["f8-fortran-big"], "with space.x": arrays["u1-c"], "__proto__": arrays["u2-c"]}
    for file, content in {"all": arrays, "names": names, "one": {"x": arrays["bool-c"]}, "none": {}}.items():
        np.savez(FOLDER / f"numpy-{file}.npz", **content)
        note(f"numpy-{file}.npz", content)
        np.savez_compressed(FOLDER / f"numpy-{file}-compressed.npz", **content)
        note(f"numpy-{file}-compressed.npz", content)
        with open(FOLDER / f"numpy-{file}-piped.npz", "wb") as target:
            np.savez(Unseekable(target), **content)
        note(f"numpy-{file}-piped.npz", content)
    np.savez(FOLDER / "numpy-positional.npz", arrays["f4-c"], arrays["i8-c"])
    note("numpy-positional.npz", {"arr_0": arrays["f4-c"], "arr_1": arrays["i8-c"]})
    (FOLDER / "numpy.json").write_text(json.dumps(expected))


def write_refused_files():
    refused = {
        "object": np.array([{"a": 1}, None], dtype=object),
        "structured": np.zeros(2, dtype=[("x", "<f4"), ("ü", "<i4")]),
        "text": np.array(["a", "bc"]),
        "bytes": np.array([b"a", b"bc"]),
        "complex": np.zeros(2, dtype="c8"),
        "dates": np.zeros(2, dtype="M8[s]"),
    }
    for name, array in refused.items():
        np.save(FOLDER / f"refused-{name}.npy", array, allow_pickle=True)
        np.savez(FOLDER / f"refused-{name}.npz", x=array)


ours = json.loads((FOLDER / "ours.json").read_text())
problems = [problem for case in ours for problem in (check(case), same_file(case)) if problem]
write_numpy_files()
write_refused_files()
print(json.dumps({"numpy": np.__version__, "checked": len(ours), "problems": problems}))
