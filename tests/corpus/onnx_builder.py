"""What models of onnx_models.py are written with."""
import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from corpus_files import write_reference

IR_OF_OPSET = {7: 3, 8: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10}


class Builder:
    """A model under construction; methods return the name of what they add."""

    def __init__(self, opset=13, ir=None):
        self.opset, self.ir = opset, ir or IR_OF_OPSET[opset]
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []
        self.domains, self.functions = {"": opset}, []
        self.random = numpy.random.RandomState(opset)

    def input(self, name, shape, dtype=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def weight(self, name, *shape, scale=0.3):
        return self.constant(name, self.random.standard_normal(shape).astype(numpy.float32) * scale)

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(numpy.asarray(array, order="C"), name))
        return name

    def ints(self, name, *values):
        return self.constant(name, numpy.array(values, numpy.int64))

    def op(self, kind, inputs, outputs=1, name=None, domain="", **attributes):
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        results = [f"{name}:{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, results, name=name, domain=domain, **attributes))
        return results[0] if outputs == 1 else results

    def conv(self, x, inputs, outputs, kernel=3, name=None, **attributes):
        name = name or f"conv_{len(self.nodes)}"
        w = self.weight(f"{name}.weight", outputs, inputs // attributes.get("group", 1), kernel, kernel)
        b = self.weight(f"{name}.bias", outputs)
        attributes.setdefault("pads", [kernel // 2] * 4)
        return self.op("Conv", [x, w, b], name=name, kernel_shape=[kernel, kernel], **attributes)

    def output(self, value, dtype=TensorProto.FLOAT, shape=None):
        self.outputs.append(helper.make_tensor_value_info(value, dtype, shape))

    def model(self):
        inputs = list(self.inputs)
        if self.ir < 4:  # before IR 4 every initializer is an input too
            inputs += [helper.make_tensor_value_info(w.name, w.data_type, w.dims) for w in self.weights]
        graph = helper.make_graph(self.nodes, "corpus", inputs, self.outputs, self.weights)
        imports = [helper.make_opsetid(domain, version) for domain, version in self.domains.items()]
        model = helper.make_model(graph, opset_imports=imports, functions=self.functions)
        model.ir_version = self.ir
        return model

    def save(self, folder, *inputs, **options):
        """`inputs`: reference arrays for the graph's inputs; without any the row is one that is refused."""
        onnx.save(self.model(), str(folder / "model.onnx"), **options)
        if inputs:
            names = [i.name for i in self.inputs]
            write_reference(folder, [torch.from_numpy(x) for x in inputs], None, names)
