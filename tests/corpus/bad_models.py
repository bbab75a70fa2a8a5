"""TorchScript archives that claim more than they hold."""
import io
import struct
import zipfile

import torch
from torch import nn

ROWS = {}
EXTENT = 123457  # of the honest tensor; pickled as four bytes
CLAIM = 1 << 40


def row(function):
    ROWS[function.__name__] = function
    return function


def honest_entries():
    """Names and contents of a small module's archive."""

    class Gain(nn.Module):
        def __init__(self):
            super().__init__()
            self.gain = nn.Parameter(torch.rand(EXTENT))

        def forward(self, x):
            return x * self.gain

    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(Gain()), buffer)
    with zipfile.ZipFile(buffer) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def write(path, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)


@row
def claimed_tensor(folder):
    """The pickle says 2^40 elements, the record holds a few."""
    said = b"J" + struct.pack("<i", EXTENT)
    claimed = b"\x8a\x06" + struct.pack("<q", CLAIM)[:6]
    entries = [(n, c.replace(said, claimed) if n.endswith("data.pkl") else c) for n, c in honest_entries()]
    write(folder / "scripted.pt", entries)


@row
def short_record(folder):
    """A tensor whose record holds a tenth of its elements."""
    entries = [(n, c[: len(c) // 10] if n.endswith("data/0") else c) for n, c in honest_entries()]
    write(folder / "scripted.pt", entries)


@row
def zip_bomb(folder):
    """Two gigabytes of zeros, deflated to nine megabytes, in place of a tensor."""
    path = folder / "scripted.pt"
    entries = [(n, c) for n, c in honest_entries() if not n.endswith("data/0")]
    root = entries[0][0].split("/")[0]
    write(path, entries)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(f"{root}/data/0", "w", force_zip64=True) as record:
            zeros = bytes(1 << 24)
            for _ in range(128):
                record.write(zeros)
