"""TorchScript files that act when they are opened, or reach beyond their tensors: write(FOLDER).

Those that act would make the file FOLDER/mark. Most are a sound file with one thing changed, since PyTorch writes none
of them itself.
"""
import io
import pathlib
import pickle
import re
import struct
import zipfile
from typing import Tuple

import torch
from torch import nn


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.linear = nn.Linear(4, 10)

    def forward(self, x):
        return self.linear(torch.relu(self.conv(x)).mean([2, 3]))


class Restoring(nn.Module):
    """Restores itself by code of its own, as PyTorch's quantized layers do."""

    def __init__(self):
        super().__init__()
        self.weight = torch.ones(1, 10)
        self.training = False

    @torch.jit.export
    def __getstate__(self):
        return (self.weight, self.training)

    @torch.jit.export
    def __setstate__(self, state: Tuple[torch.Tensor, bool]):
        self.weight = torch.relu(state[0])
        self.training = state[1]

    def forward(self, x):
        return torch.relu(x).mean([1, 2, 3]).unsqueeze(1) * self.weight


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        weight = torch.quantize_per_tensor(torch.randn(4, 4, 3, 3), 0.1, 0, torch.qint8)
        self.packed = torch.ops.quantized.conv2d_prepack(weight, None, [1, 1], [1, 1], [1, 1], 1)

    def forward(self, x):
        x = torch.quantize_per_tensor(x, 0.1, 64, torch.quint8)
        return torch.dequantize(torch.ops.quantized.conv2d(x, self.packed, 0.1, 64))


class Channels(nn.Module):
    """A quantized weight, which the file keeps with a scale for each channel."""

    def __init__(self):
        super().__init__()
        scales, zero_points = torch.full((4,), 0.1, dtype=torch.double), torch.zeros(4, dtype=torch.long)
        weight = torch.quantize_per_channel(torch.randn(4, 10), scales, zero_points, 0, torch.qint8)
        self.register_buffer("weight", weight)

    def forward(self, x):
        return torch.matmul(x.mean([2, 3]), torch.dequantize(self.weight))


class Branching(nn.Module):
    """Paths that meet, loops, tuples and what may be missing, for the lite interpreter."""

    def pair(self, x):
        if x.size(1) % 2 == 0:
            return x, x * 2
        return x + 1, x

    def forward(self, x):
        for i in range(x.size(0)):
            x = x + x * i if bool(x.sum() > i) else torch.relu(x)
        a, b = self.pair(x)
        rounds = 0
        while rounds < 3:
            x = x * 2
            rounds += 1
        assert rounds == 3, "{} rounds".format(rounds)
        named = {"a": a, "b": b}
        return torch.cat([each.flatten(1) for each in [a, b, x]], 1), named["a"], rounds


class Quantized(nn.Module):
    """PyTorch's quantized modules, which restore themselves, packed weights and all."""

    def __init__(self):
        super().__init__()
        self.quant = torch.ao.quantization.QuantStub()
        self.conv = nn.Conv2d(1, 4, 3)
        self.linear = nn.Linear(4, 10)
        self.dequant = torch.ao.quantization.DeQuantStub()

    def forward(self, x):
        return self.dequant(self.linear(torch.relu(self.conv(self.quant(x))).mean([2, 3])))


CODE = "code/__torch__/unsafe_models.py"
SPACE = "__torch__.unsafe_models"
QUANTIZED_SPACE = "__torch__.torch.ao.nn.quantized.modules.functional_modules"
QUANTIZED_CODE = f"code/{QUANTIZED_SPACE.replace('.', '/')}.py"


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Folder:
    def __init__(self, folder):
        self.folder = folder
        self.mark = str(folder / "mark")
        self.save = f'torch.save(%s, "{self.mark}")'

    def script(self, module, name):
        torch.jit.script(module.eval()).save(str(self.folder / name))

    def change(self, sound, name, record, change):
        """`sound` with one record changed: `change` takes its bytes and gives others."""
        content = members(self.folder / sound)
        path = next(path for path in content if path.endswith("/" + record))
        changed = change(content[path])
        assert changed != content[path], name
        content[path] = changed
        self.write(name, content)

    def write(self, name, content):
        with zipfile.ZipFile(self.folder / name, "w") as archive:
            for path, data in content.items():
                archive.writestr(path, data)

    def code(self, sound, name, old, new, record=CODE):
        self.change(sound, name, record, lambda text: text.replace(old.encode(), new.encode(), 1))

    def substitute(self, sound, name, record, pattern, new):
        self.change(sound, name, record, lambda data: re.sub(pattern, new, data, count=1, flags=re.DOTALL))

    def data(self, sound, name, pattern, new):
        self.substitute(sound, name, "data.pkl", pattern, new.replace(b"\\", b"\\\\"))


def acting_models(folder):
    """LibTorch runs or could run what acts in them."""
    save = folder.save
    from_file = f'torch.from_file("{folder.mark}", True, 16)'
    signature = f"  def forward(self: {SPACE}.Plain,\n    x: Tensor)"

    def before(anchor, *lines):
        return (anchor, "".join(line + "\n" for line in lines) + anchor)

    def in_body(*lines):
        return before("    linear = self.linear\n", *("    " + line for line in lines))

    def replacing_x(value):
        return [in_body(f"x0 = {value}"), ("forward(x, )", "forward(x0, )")]

    act = ["def act(x: Tensor) -> Tensor:", f"  {save % 'x'}", "  return x"]
    same = ["def same(x: Tensor) -> Tensor:", "  return x"]
    method = [f"  def act(self: {SPACE}.Plain,", "    x: Tensor) -> Tensor:", f"    {save % 'x'}", "    return x"]
    pair = ["class Pair(NamedTuple):", "  a : Tensor", f"  b : Tensor = {from_file}"]
    acts = {
        "in_forward": [in_body(save % "x")],
        "from_file": replacing_x(f"torch.add(x, torch.mean({from_file}))"),
        "in_default": [(signature, signature[:-1] + f",\n    y: Tensor={from_file})")],
        "in_method": [before(signature, *method)],
        "in_function": [*replacing_x(f"{SPACE}.act(x)"), before("class Plain", *act)],
        "by_alias": [in_body("f = torch.save", f'f(x, "{folder.mark}")')],
        "as_method": replacing_x("torch.add(x, (torch.zeros([1])).resize_([1]))"),
        "in_field": [in_body(f"pair = {SPACE}.Pair(x, )"), before("class Plain", *pair)],
        "in_thread": [*replacing_x(f"torch.wait(fork({SPACE}.same, x))"), before("class Plain", *same)],
    }
    for name, changes in acts.items():

        def change(text, changes=changes):
            for old, new in changes:
                assert old.encode() in text, (name, text.decode())
                text = text.replace(old.encode(), new.encode(), 1)
            return text

        folder.change("sound.pt", f"acts_{name}.pt", CODE, change)


def acting_hooks(folder):
    class Hooked(Plain):
        pass

    def hook(self, inputs: Tuple[torch.Tensor], output: torch.Tensor):
        return torch.relu(output)

    module = Hooked()
    module.register_forward_hook(hook)
    folder.script(module, "hooked.pt")
    last = "    return torch.relu"
    folder.code("hooked.pt", "acts_in_hook.pt", last, f"    {folder.save % 'output'}\n{last}")


def acting_while_loading(folder):
    save = folder.save
    line = "    self.weight = torch.relu((state)[0])\n"
    acts = {
        "while_loading": f"    {save % '(state)[0]'}\n",
        "while_loading_by_getattr": f'    getattr(torch, "save")((state)[0], "{folder.mark}")\n',
        "while_loading_by_alias": f'    f = torch.save\n    f((state)[0], "{folder.mark}")\n',
        "while_loading_as_method": "    y = ((state)[0]).resize_([16])\n",
        "while_loading_by_namespace": f'    ops.aten.save((state)[0], "{folder.mark}")\n',
    }
    for name, added in acts.items():
        folder.code("restoring.pt", f"acts_{name}.pt", line, added + line, QUANTIZED_CODE)
    for name, groups in (("packs_1_group.pt", 1), ("packs_0_groups.pt", 0)):
        lines = [
            "    w = torch.quantize_per_tensor(torch.ones([4, 4, 3, 3]), 0.1, 0, 12)\n",
            f"    p = ops.quantized.conv2d_prepack(w, None, [1, 1], [0, 0], [1, 1], {groups})\n",
            "    v, b = ops.quantized.conv2d_unpack(p)\n",
            "    self.weight = torch.dequantize(v)\n",
        ]
        folder.code("restoring.pt", name, line, "".join(lines), QUANTIZED_CODE)


def under_a_quantized_name(folder, name, renamed):
    """A file whose one class has a name of PyTorch's."""
    content = members(folder.folder / name)
    path = next(path for path in content if path.endswith(CODE))
    root = path.split("/")[0]
    text = content.pop(path).decode().replace(SPACE, QUANTIZED_SPACE).replace("Restoring", "QFunctional")
    content.pop(path + ".debug_pkl")
    content[f"{root}/{QUANTIZED_CODE}"] = text.encode()
    old, new = f"{SPACE}\nRestoring".encode(), f"{QUANTIZED_SPACE}\nQFunctional".encode()
    content[f"{root}/data.pkl"] = content[f"{root}/data.pkl"].replace(old, new)
    folder.write(renamed, content)


class Unpickler(pickle.Unpickler):
    """Bytecode without tensors needs no class."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(name)


def lite_models(folder):
    def lite(module, name):
        torch.jit.script(module.eval())._save_for_lite_interpreter(str(folder.folder / name))

    lite(Plain(), "sound.ptl")
    lite(Branching(), "branching.ptl")
    torch.backends.quantized.engine = "qnnpack"
    quantized = Quantized().eval()
    quantized.qconfig = torch.ao.quantization.get_default_qconfig("qnnpack")
    torch.ao.quantization.prepare(quantized, inplace=True)
    quantized(torch.randn(2, 1, 8, 8))
    lite(torch.ao.quantization.convert(quantized), "quantized.ptl")

    def bytecode(name, old, new):
        folder.change("sound.ptl", name, "bytecode.pkl", lambda data: data.replace(old, new, 1))

    bytecode("acts.ptl", b"aten::relu", b"aten::save")
    deep = b"List[" * 200000 + b"int" + b"]" * 200000
    bytecode("deep_type.ptl", b"X\x09\x00\x00\x00List[int]", b"X" + struct.pack("<I", len(deep)) + deep)
    bytecode("thread.ptl", b"X\x04\x00\x00\x00MOVE", b"X\x04\x00\x00\x00FORK")
    folder.substitute("sound.ptl", "register.ptl", "bytecode.pkl", rb"(register_size(?:q.|r....)?)K.", rb"\1K\000")
    folder.substitute("sound.ptl", "constant.ptl", "bytecode.pkl", rb"(LOADC(?:q.)?)K.", rb"\1K\377")
    folder.substitute("sound.ptl", "debug.ptl", CODE + ".debug_pkl", rb"(\](?:q.)?\()K.", rb"\1K\376")
    lite_flows(folder)


def lite_flows(folder):
    """Bytecode that stays in its tables and leaves its stack or its objects. Behind sound.ptl's first instruction
    self is in register 1 and x in register 2; constants 1 and 2 are False and 2; operator 0 is conv2d, 1 relu."""

    def flow(name, added=(), operators=lambda rows: rows, function=lambda name: name):
        def change(data):
            version, (title, (code, *tables), schema) = Unpickler(io.BytesIO(data)).load()
            (_, (first, *others)), (_, rows) = code, tables[0]
            code = ("instructions", (first, *added, *others))
            tables[0] = ("operators", operators(rows))
            return pickle.dumps((version, (function(title), (code, *tables), schema)), 2)

        folder.change("sound.ptl", name, "bytecode.pkl", change)

    load, end = ("LOAD", 2, 0), ("DROP", 0, 0)
    flow("drop.ptl", [end])
    flow("height.ptl", [("LOADC", 1, 0), ("JF", 2, 0), load])
    flow("slot.ptl", [("LOAD", 1, 0), ("GET_ATTR", 4, 0), end])
    flow("no_object.ptl", [load, ("GET_ATTR", 0, 0), end])
    flow("module.ptl", [("LOAD", 1, 0), load, ("SET_ATTR", 2, 0)])
    flow("slice.ptl", [load, ("TUPLE_SLICE", 0, 5), end])
    flow("loop.ptl", [load, load, ("LOOP", 1, 4), end, end])
    flow("loop_of_nothing.ptl", [load, load, ("LOOP", 1, 1)])
    flow("back.ptl", [load, end, ("JMP", -2, 0)])
    flow("key.ptl", [load, ("DICT_CONSTRUCT", 0, 1), end])
    flow("object.ptl", [("CREATE_OBJECT", 0, 0), end])
    flow("many.ptl", operators=lambda rows: ((*rows[0][:2], 200), *rows[1:]))
    flow("overload.ptl", operators=lambda rows: (*rows[:1], (rows[1][0], "of_none", 1), *rows[2:]))
    flow("variable.ptl", [load, ("OPN", 1, 1), end])
    flow("format.ptl", [("FORMAT", 0, 0), end])
    flow("format_call.ptl", [("OPN", 4, 0), end], lambda rows: (*rows, ("aten::format", "", 0)))
    flow("raise.ptl", [load, ("OP", 4, 0)], lambda rows: (*rows, ("prim::RaiseException", "", 1)))
    packed = "__torch__.torch.classes.quantized.Conv2dPackedParamsBase.__setstate__"
    flow("own.ptl", function=lambda _: packed)


def tensors_beyond_their_records(folder):
    strides = rb"\(K\x09K\x09K\x03K\x01t"
    folder.data("sound.pt", "large_stride.pt", strides, b"(M\xff\xffK\x09K\x03K\x01t")
    folder.data("sound.pt", "negative_stride.pt", strides, b"(J\xff\xff\xff\xffK\x09K\x03K\x01t")
    greatest = b"\x8a\x08" + struct.pack("<q", 2**63 - 1)
    folder.data("sound.pt", "overflowing_stride.pt", strides, b"(" + greatest + b"K\x09K\x03K\x01t")
    folder.data("sound.pt", "large_size.pt", rb"\(K\x04K\x01K\x03K\x03t", b"(M\xff\xffK\x01K\x03K\x03t")
    folder.data("sound.pt", "negative_size.pt", rb"\(K\x04K\x01K\x03K\x03t", b"(J\xfc\xff\xff\xffK\x01K\x03K\x03t")
    folder.substitute("sound.pt", "offset.pt", "data.pkl", rb"(Q(?:q.)?)K\x00", rb"\1K\177")
    folder.substitute("sound.pt", "negative_offset.pt", "data.pkl", rb"(Q(?:q.)?)K\x00", rb"\1J\377\377\377\377")
    folder.data("sound.pt", "other_type.pt", rb"torch\nFloatStorage", b"torch\nDoubleStorage")
    folder.data("channels.pt", "channel_axis.pt", rb"K\x00(?=(?:q.)?(?:t|K.t)(?:q.)?\x89)", b"K\x07")
    content = members(folder.folder / "channels.pt")
    scales = next(path for path, data in content.items() if data == struct.pack("<4d", 0.1, 0.1, 0.1, 0.1))
    folder.write("scale_zero.pt", {**content, scales: struct.pack("<4d", 0.1, 0, 0.1, 0.1)})


def packed_parameters(folder):
    content = members(folder.folder / "packed.pt")
    geometry = next(path for path, data in content.items() if "/data/" in path and len(data) == 22)
    changes = (("groups_0", 9, 0), ("groups_3", 9, 3), ("stride_0", 1, 0), ("padding_negative", 3, -1))
    for name, position, value in changes:
        numbers = list(struct.unpack("<11h", content[geometry]))
        numbers[position] = value
        folder.write(name + ".pt", {**content, geometry: struct.pack("<11h", *numbers)})


def pickles(folder):
    def constants(name, pickle):
        folder.change("sound.pt", name, "constants.pkl", lambda _: b"\x80\x02" + pickle + b".")

    folder.data("sound.pt", "memo.pt", rb"q\x00", b"r" + struct.pack("<I", 1 << 27))
    constants("deep.pt", b")" + b"\x85" * 200000)
    constants("opcode.pt", b")0)")
    constants("os_system.pt", b"cos\nsystem\nX\x02\x00\x00\x00id\x85R\x85")
    constants("holds_itself.pt", b"]q\x00(h\x00e\x85")
    constants("mark_beyond.pt", b")(\x85t")
    constants("class.pt", b"c__torch__.torch.classes.dist_c10d\nFileStore\n)\x81)b\x85")


def sources(folder):
    folder.substitute("sound.pt", "debug.pt", CODE + ".debug_pkl", rb"(\](?:q.)?\()K.", rb"\1K\376")
    body = "    linear = self.linear\n"
    folder.code("sound.pt", "brackets.pt", body, "    y = " + "(" * 200000 + "x" + ")" * 200000 + "\n" + body)
    folder.code("sound.pt", "sum.pt", body, "    y = 1" + "+1" * 200000 + "\n" + body)
    folder.code("sound.pt", "signs.pt", body, "    y = " + "-" * 200000 + "1\n" + body)
    folder.code("sound.pt", "empty_lines.pt", body, "\n" * 1000000 + body)
    content = members(folder.folder / "sound.pt")
    path = next(path for path in content if path.endswith("/data.pkl"))
    folder.write("two_names.pt", {**content, path.replace("data.pkl", "DATA.PKL"): content[path]})


def write(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mark").unlink(missing_ok=True)
    torch.manual_seed(1)
    made = Folder(folder)
    made.script(Plain(), "sound.pt")
    made.script(Restoring(), "restores_itself.pt")
    under_a_quantized_name(made, "restores_itself.pt", "restoring.pt")
    made.script(Packed(), "packed.pt")
    made.script(Channels(), "channels.pt")
    acting_models(made)
    acting_hooks(made)
    acting_while_loading(made)
    lite_models(made)
    tensors_beyond_their_records(made)
    packed_parameters(made)
    pickles(made)
    sources(made)
