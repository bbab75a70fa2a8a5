#include "importers/jit_graph.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <unordered_map>

#include "importers/jit_names.h"
#include "ops/op.h"
#include "ops/opaque.h"

namespace qs {

namespace jit = torch::jit;

namespace {

/// What a TorchScript value stands for: a tensor of the graph, a list of them, or a constant.
struct Meaning {
    ValueId tensor;
    std::vector<ValueId> list;
    c10::IValue constant;
};

std::string plainName(const jit::Value* value) {
    const std::string name = value->debugName();
    return name.substr(0, name.find('.'));
}

at::Tensor widened(const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kHalf || tensor.scalar_type() == at::kBFloat16 ? tensor.to(at::kFloat)
                                                                                      : tensor;
}

class Reader {
  public:
    explicit Reader(const jit::Graph& jit) : jit_(jit), names_(jit) {}

    Result<Graph> run() {
        for (size_t i = 1; i < jit_.inputs().size(); ++i) {
            const jit::Value* input = jit_.inputs()[i];
            if (!input->type()->isSubtypeOf(*c10::TensorType::get())) {
                return failure("input " + plainName(input) + " is " + input->type()->repr_str() +
                               ", not a tensor: wrap the model so that it takes tensors");
            }
            meanings_[input].tensor = graph_.addInput(plainName(input));
        }
        // Control flow first: what computes its condition would only hide the reason.
        for (const jit::Node* node : jit_.nodes()) {
            if (isControlFlow(node)) {
                return refuse(node).error();
            }
        }
        for (const jit::Node* node : jit_.nodes()) {
            QS_TRY(read(node));
        }
        for (const jit::Value* output : jit_.outputs()) {
            QS_TRY(readOutput(output));
        }
        if (graph_.outputs().empty()) {
            return failure("the model returns no tensor");
        }
        return std::move(graph_);
    }

  private:
    Status read(const jit::Node* node) {
        switch (node->kind()) {
            case c10::prim::Constant:
                meanings_[node->output()].constant = jit::toIValue(node->output()).value_or(c10::IValue());
                return {};
            case c10::prim::ListConstruct:
            case c10::prim::TupleConstruct:
                return readList(node);
            case c10::prim::ListUnpack:
            case c10::prim::TupleUnpack:
                return readUnpack(node);
            default:
                return node->kind().is_aten() ? readOperator(node) : refuse(node);
        }
    }

    static bool isControlFlow(const jit::Node* node) {
        return node->kind() == c10::prim::If || node->kind() == c10::prim::Loop;
    }

    Status refuse(const jit::Node* node) const {
        const std::string kind = node->kind().toQualString();
        const std::string where = names_.layerName(node, kind);
        if (isControlFlow(node)) {
            return failure("layer " + where + ": control flow that depends on the data (" + kind +
                           ") is not supported: trace the model with torch.jit.trace instead");
        }
        if (kind.starts_with("quantized::")) {
            return failure("layer " + where + ": the model is already quantized (" + kind +
                           "): open the FP32 model that it was made from");
        }
        return failure("layer " + where + ": operator " + kind + " is not supported");
    }

    Status readList(const jit::Node* node) {
        Meaning meaning;
        c10::impl::GenericList constants(c10::AnyType::get());
        for (const jit::Value* item : node->inputs()) {
            const Meaning& known = meanings_.at(item);
            if (known.tensor.valid()) {
                meaning.list.push_back(known.tensor);
            } else if (!known.list.empty()) {
                meaning.list.insert(meaning.list.end(), known.list.begin(), known.list.end());
            } else {
                constants.push_back(known.constant);
            }
        }
        if (meaning.list.empty()) {
            meaning.constant = typedList(node, constants);
        }
        meanings_[node->output()] = std::move(meaning);
        return {};
    }

    static c10::IValue typedList(const jit::Node* node, const c10::impl::GenericList& items) {
        const auto type = node->output()->type();
        if (type->isSubtypeOf(*c10::ListType::ofInts())) {
            std::vector<int64_t> ints;
            for (size_t i = 0; i < items.size(); ++i) {
                ints.push_back(items.get(i).toInt());
            }
            return ints;
        }
        return items;
    }

    Status readUnpack(const jit::Node* node) {
        const auto& list = meanings_.at(node->input()).list;
        if (list.size() != node->outputs().size()) {
            return refuse(node);
        }
        for (size_t i = 0; i < list.size(); ++i) {
            meanings_[node->outputs()[i]].tensor = list[i];
        }
        return {};
    }

    Status readOperator(const jit::Node* node) {
        const std::string schema = node->kind().toQualString();
        std::vector<AtenArg> args;
        std::vector<std::vector<ValueId>> lists;
        for (const jit::Value* input : node->inputs()) {
            const auto known = meanings_.find(input);
            if (known == meanings_.end()) {
                return refuse(node);
            }
            args.push_back(argument(node, known->second, args.size()));
            lists.push_back(known->second.list);
        }
        const auto [def, binding] = findAten(schema);
        if (binding) {
            if (const auto opened = binding->open(graph_, args)) {
                if (opened->alias) {
                    meanings_[node->output()].tensor = opened->inputs.at(0);
                } else {
                    append(node, *def, *opened);
                }
                return {};
            }
        }
        return carry(node, schema, args, lists);
    }

    /// Constant tensors become values of the graph the first time that a node reads them.
    AtenArg argument(const jit::Node* node, const Meaning& meaning, size_t position) {
        if (!meaning.tensor.valid() && meaning.constant.isTensor()) {
            const std::string name = names_.layerName(node, node->kind().toUnqualString());
            return {graph_.addConstant(name + ".arg" + std::to_string(position),
                                       widened(meaning.constant.toTensor().detach())),
                    {}};
        }
        return {meaning.tensor, meaning.constant};
    }

    void append(const jit::Node* node, const OpDef& def, const OpenedOp& opened) {
        const std::string name = graph_.uniqueNodeName(names_.layerName(node, def.name));
        for (size_t i = 0; i < opened.inputs.size() && i < def.parameters.size(); ++i) {
            if (graph_.value(opened.inputs[i]).constant && !def.parameters[i].empty()) {
                graph_.value(opened.inputs[i]).name = name + "." + def.parameters[i];
            }
        }
        const NodeId id = graph_.addNode(def.name, name, opened.attrs, opened.inputs, {name});
        define(node, graph_.node(id).outputs);
    }

    /// A carried operator keeps its constant tensors as constants of the call: its graph inputs are
    /// activations only.
    std::vector<AtenArg> withConstants(std::span<const AtenArg> args) const {
        std::vector<AtenArg> carried(args.begin(), args.end());
        for (AtenArg& arg : carried) {
            if (arg.value.valid() && graph_.value(arg.value).constant) {
                arg = {{}, graph_.constant(arg.value)};
            }
        }
        return carried;
    }

    /// An operator that no entry covers: LibTorch's dispatcher will run it.
    Status carry(const jit::Node* node, const std::string& schema, std::span<const AtenArg> args,
                 const std::vector<std::vector<ValueId>>& lists) {
        const jit::FunctionSchema* declared = node->maybeSchema();
        if (!declared || !dispatcherKnows(schema, declared->overload_name())) {
            return refuse(node);
        }
        size_t outputs = node->outputs().size();
        const jit::Node* unpack = nullptr;
        for (const jit::Value* output : node->outputs()) {
            if (output->type()->isSubtypeOf(*c10::ListType::ofTensors())) {
                if (output->uses().size() != 1 || output->uses()[0].user->kind() != c10::prim::ListUnpack) {
                    return refuse(node);
                }
                unpack = output->uses()[0].user;
                outputs = unpack->outputs().size();
            } else if (!output->type()->isSubtypeOf(*c10::TensorType::get())) {
                return refuse(node);
            }
        }
        const std::string name = graph_.uniqueNodeName(names_.layerName(node, schema));
        std::vector<std::string> outputNames;
        for (size_t i = 0; i < outputs; ++i) {
            outputNames.push_back(i == 0 ? name : name + ":" + std::to_string(i));
        }
        OpenedOp opened = openOpaque(declared->overload_name(), withConstants(args), lists);
        const NodeId id =
            graph_.addNode(schema, name, std::move(opened.attrs), std::move(opened.inputs), outputNames);
        if (unpack) {
            meanings_[node->output()].list = graph_.node(id).outputs;
        } else {
            define(node, graph_.node(id).outputs);
        }
        return {};
    }

    /// Binds a node's outputs. An in-place operator also rebinds the tensor that it wrote to, so that whoever
    /// reads the old name afterwards sees the new value.
    void define(const jit::Node* node, const std::vector<ValueId>& outputs) {
        for (size_t i = 0; i < outputs.size(); ++i) {
            meanings_[node->outputs()[i]].tensor = outputs[i];
        }
        const std::string_view kind = node->kind().toUnqualString();
        if (kind.ends_with('_') && !kind.ends_with("__")) {
            const ValueId written = meanings_[node->input(0)].tensor;
            for (auto& [value, meaning] : meanings_) {
                if (meaning.tensor == written) {
                    meaning.tensor = outputs.at(0);
                }
            }
        }
    }

    Status readOutput(const jit::Value* output) {
        const Meaning& meaning = meanings_.at(output);
        std::vector<ValueId> tensors = meaning.list;
        if (meaning.tensor.valid()) {
            tensors.push_back(meaning.tensor);
        }
        if (tensors.empty()) {
            return failure("the model's output is " + output->type()->repr_str() +
                           ", not a tensor or a tuple of tensors");
        }
        for (const ValueId tensor : tensors) {
            const size_t index = graph_.outputs().size();
            const bool computed = graph_.value(tensor).producer.valid() && !graph_.isOutput(tensor);
            const std::string name = index == 0 ? "output" : "output" + std::to_string(index);
            graph_.addOutput(computed ? tensor : copyOf(tensor, name), name);
        }
        return {};
    }

    ValueId copyOf(ValueId tensor, const std::string& name) {
        const NodeId id = graph_.addNode("identity", graph_.uniqueNodeName(name), {}, {tensor}, {name});
        return graph_.node(id).outputs[0];
    }

    const jit::Graph& jit_;
    JitNames names_;
    Graph graph_;
    std::unordered_map<const jit::Value*, Meaning> meanings_;
};

}  // namespace

Result<Graph> readJitGraph(const jit::Graph& jit) {
    return Reader(jit).run();
}

}  // namespace qs
