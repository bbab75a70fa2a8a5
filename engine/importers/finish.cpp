#include <ATen/ops/equal.h>

#include <functional>
#include <map>
#include <set>

#include "core/guard.h"
#include "graph/passes/simplify.h"
#include "importers/lift_quantization.h"
#include "importers/memory_check.h"
#include "importers/own_parameters.h"
#include "importers/tracer.h"
#include "ops/op.h"

namespace qs {

namespace {

/// Why two traces of a network, at two batch sizes, do not describe one network that runs any batch.
struct DependsOnBatch {
    std::string what;
};

/// Makes one graph of a network's traces at two batch sizes: extents that follow the batch become -1
/// (reshape) or an `expand_batch`. Throws DependsOnBatch where that is not possible.
class Unifier {
  public:
    Unifier(const Graph& first, int64_t firstBatch, const Graph& second, int64_t secondBatch)
        : first_(first), second_(second), batches_{firstBatch, secondBatch}, copied_(first.values().size()) {}

    Graph run() {
        if (first_.nodes().size() != second_.nodes().size()) {
            throw DependsOnBatch{"the network takes another path for another batch size"};
        }
        for (const ValueId input : first_.inputs()) {
            copyOf(input) = declare(out_.addInput(first_.value(input).name), first_.value(input));
        }
        for (const auto& node : first_.nodes()) {
            copy(node, second_.node(node.id));
        }
        for (size_t i = 0; i < first_.outputs().size(); ++i) {
            out_.addOutput(copyOf(first_.outputs()[i]), first_.outputNames()[i]);
        }
        return std::move(out_);
    }

  private:
    static std::string describe(const Node& node) {
        return node.scope.empty() ? node.op : "layer " + node.scope + " (" + node.op + ")";
    }

    ValueId& copyOf(ValueId id) { return copied_.at(static_cast<size_t>(id.index)); }

    ValueId declare(ValueId id, const Value& like) {
        out_.value(id).shape = like.shape;
        out_.value(id).dtype = like.dtype;
        out_.value(id).qparams = like.qparams;
        return id;
    }

    void copy(const Node& node, const Node& other) {
        if (node.op != other.op || node.inputs.size() != other.inputs.size() ||
            node.outputs.size() != other.outputs.size()) {
            throw DependsOnBatch{describe(node)};
        }
        std::vector<ValueId> inputs;
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            inputs.push_back(input(node, node.inputs[i], other.inputs[i]));
        }
        std::string op = node.op;
        Attributes attrs = node.attrs;
        for (const auto& [name, value] : node.attrs.all()) {
            const Attribute* changed = other.attrs.find(name);
            if (!changed) {
                throw DependsOnBatch{describe(node)};
            }
            if (!same(value, *changed)) {
                follow(node, other, op, inputs, attrs, name);
            }
        }
        const NodeId id =
            out_.addNode(op, "", attrs, std::move(inputs), std::vector<std::string>(node.outputs.size()));
        out_.node(id).scope = node.scope;
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            copyOf(node.outputs[i]) = declare(out_.node(id).outputs[i], first_.value(node.outputs[i]));
        }
    }

    ValueId input(const Node& reader, ValueId id, ValueId other) {
        const Value& value = first_.value(id);
        if (!value.constant) {
            return copyOf(id);
        }
        const at::Tensor& a = *value.constant;
        const at::Tensor& b = *second_.value(other).constant;
        if (copyOf(id).valid()) {
            return copyOf(id);
        }
        if (equal(a, b)) {
            return copyOf(id) = declare(out_.addConstant(value.name, a), value);
        }
        return copyOf(id) = expandConstant(reader, value, a, b);
    }

    /// A constant that was repeated for each sample of the batch (a class token).
    ValueId expandConstant(const Node& reader, const Value& value, const at::Tensor& a, const at::Tensor& b) {
        for (int64_t d = 0; d < a.dim() && a.dim() == b.dim(); ++d) {
            if (a.size(d) != batches_[0] || b.size(d) != batches_[1]) {
                continue;
            }
            const at::Tensor one = a.narrow(d, 0, 1);
            if (equal(one.expand_as(a), a) && equal(one.expand(b.sizes()), b)) {
                const ValueId source = declare(out_.addConstant(value.name, one.contiguous()), value);
                out_.value(source).shape = one.sizes().vec();
                const ValueId expanded = expandBatch(reader.scope, source, d, 1);
                return declare(expanded, value);
            }
        }
        throw DependsOnBatch{describe(reader)};
    }

    ValueId expandBatch(const std::string& scope, ValueId source, int64_t dim, int64_t factor) {
        Attributes attrs;
        attrs.set("dim", dim);
        attrs.set("factor", factor);
        const NodeId id = out_.addNode("expand_batch", "", attrs, {source, out_.inputs().at(0)}, {""});
        out_.node(id).scope = scope;
        return out_.node(id).outputs[0];
    }

    /// Attribute `name` differs between the traces of `node`.
    void follow(const Node& node, const Node& other, std::string& op, std::vector<ValueId>& inputs,
                Attributes& attrs, const std::string& name) {
        const auto dims = changedDims(*node.attrs.find(name), *other.attrs.find(name));
        if (dims.size() != 1 || name != "shape" || (node.op != "reshape" && node.op != "expand")) {
            throw DependsOnBatch{describe(node)};
        }
        const auto dim = static_cast<size_t>(dims[0]);
        std::vector<int64_t> shape = first_.value(node.outputs[0]).shape;
        if (node.op == "reshape") {
            shape[dim] = -1;
            attrs.set(name, shape);
            return;
        }
        const int64_t extent = shape[dim];
        const int64_t otherExtent = second_.value(other.outputs[0]).shape[dim];
        if (extent * batches_[1] != otherExtent * batches_[0] || extent % batches_[0] != 0) {
            throw DependsOnBatch{describe(node)};
        }
        const Shape& source = first_.value(node.inputs[0]).shape;
        const size_t added = shape.size() - source.size();
        if (dim >= added && source[dim - added] == extent) {
            shape[dim] = -1;  // the source has the batch's extent already
            attrs.set(name, shape);
            return;
        }
        shape[dim] = 1;
        Attributes plain;
        plain.set("shape", shape);
        const NodeId id = out_.addNode("expand", "", plain, {inputs[0]}, {""});
        out_.node(id).scope = node.scope;
        out_.value(out_.node(id).outputs[0]).shape = shape;
        op = "expand_batch";
        inputs = {out_.node(id).outputs[0], out_.inputs().at(0)};
        attrs = {};
        attrs.set("dim", static_cast<int64_t>(dim));
        attrs.set("factor", extent / batches_[0]);
    }

    /// Positions at which two lists of numbers of equal length differ; empty for anything else.
    static std::vector<int64_t> changedDims(const Attribute& a, const Attribute& b) {
        std::vector<int64_t> dims;
        const auto* x = std::get_if<std::vector<int64_t>>(&a);
        const auto* y = std::get_if<std::vector<int64_t>>(&b);
        for (size_t i = 0; x && y && x->size() == y->size() && i < x->size(); ++i) {
            if ((*x)[i] != (*y)[i]) {
                dims.push_back(static_cast<int64_t>(i));
            }
        }
        return dims;
    }

    static bool equal(const at::Tensor& a, const at::Tensor& b) {
        return a.is_same(b) || (a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
                                (a.data_ptr() == b.data_ptr() || at::equal(a, b)));
    }

    static bool same(const Attribute& a, const Attribute& b) {
        if (a.index() != b.index()) {
            return false;
        }
        const auto* x = std::get_if<c10::IValue>(&a);
        return x ? sameValue(*x, std::get<c10::IValue>(b)) : a == b;
    }

    static bool sameValue(const c10::IValue& a, const c10::IValue& b) {
        if (a.isTensor() && b.isTensor()) {
            return a.toTensor().defined() == b.toTensor().defined() &&
                   (!a.toTensor().defined() || equal(a.toTensor(), b.toTensor()));
        }
        if (a.isGenericDict() || a.isTensorList() || a.isTuple() || (a.isList() && !a.isIntList())) {
            const bool lists = a.isList() && b.isList() && a.toListRef().size() == b.toListRef().size();
            for (size_t i = 0; lists && i < a.toListRef().size(); ++i) {
                if (!sameValue(a.toListRef()[i], b.toListRef()[i])) {
                    return false;
                }
            }
            return lists;
        }
        return a == b;
    }

    const Graph& first_;
    const Graph& second_;
    const int64_t batches_[2];
    Graph out_;
    std::vector<ValueId> copied_;  ///< by value of `first_`; invalid where it has none
};

/// "layer1.0.conv1" for the only operator of a module; the path of a module that holds others, or does
/// several things, gets the operator's name behind it ("layer1.0.add").
class LayerNames {
  public:
    explicit LayerNames(const Graph& graph) {
        std::map<std::string, std::string> opOf;
        for (const auto& node : graph.nodes()) {
            if (opOf.emplace(node.scope, node.op).first->second != node.op) {
                containers_.insert(node.scope);
            }
            for (size_t dot = node.scope.find('.'); dot != std::string::npos;
                 dot = node.scope.find('.', dot + 1)) {
                containers_.insert(node.scope.substr(0, dot));
            }
        }
        containers_.insert("");
    }

    std::string operator()(const Node& node) {
        std::string name = node.scope;
        if (containers_.contains(name)) {
            const size_t colon = node.op.rfind(':');
            name += (name.empty() ? "" : ".") + node.op.substr(colon == std::string::npos ? 0 : colon + 1);
        }
        const int count = ++used_[name];
        return count == 1 ? name : name + "#" + std::to_string(count);
    }

  private:
    std::set<std::string> containers_;
    std::map<std::string, int> used_;
};

/// Names of values, each given once.
class ValueNames {
  public:
    /// `wanted`, or with a number behind it where another value has it.
    std::string take(const std::string& wanted) {
        std::string name = wanted;
        for (int& count = counts_[wanted]; !taken_.insert(name).second;) {
            count = std::max(count + 1, 2);
            name = wanted + "#" + std::to_string(count);
        }
        return name;
    }
    bool isTaken(const std::string& name) const { return taken_.contains(name); }

  private:
    std::set<std::string> taken_;
    std::map<std::string, int> counts_;  ///< the last number behind a name
};

/// Results are called as their layers, but one that has the name of an input.
void nameLayers(Graph& graph, std::vector<std::string>& notes) {
    LayerNames names(graph);
    ValueNames values;
    for (const ValueId input : graph.inputs()) {
        graph.value(input).name = values.take(graph.value(input).name);
    }
    std::vector<bool> named(graph.values().size(), false);
    for (const auto& listed : graph.nodes()) {
        Node& node = graph.node(listed.id);
        node.name = names(node);
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            const bool isPlain = i == 0 && !values.isTaken(node.name);
            std::string& name = graph.value(node.outputs[i]).name;
            name = values.take(isPlain ? node.name : node.name + ":" + std::to_string(i));
            if (i == 0 && !isPlain) {
                notes.push_back("the input " + node.name +
                                " and a layer have the same name: what the layer gives is called " + name);
            }
        }
        const OpDef* def = ops().find(node.op);
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            Value& value = graph.value(node.inputs[i]);
            const auto index = static_cast<size_t>(value.id.index);
            if (!value.constant || named[index]) {
                continue;
            }
            named[index] = true;
            const bool isParameter = def && i < def->parameters.size() && !def->parameters[i].empty();
            if (isParameter || value.name.empty()) {
                value.name = node.name + "." + (isParameter ? def->parameters[i] : "constant");
            }
            value.name = values.take(value.name);
        }
    }
}

TracedNetwork named(Graph graph, std::vector<std::string>& notes) {
    auto lifted = liftQuantization(graph, notes);
    if (!lifted) {
        nameLayers(graph, notes);
        return {std::move(graph)};
    }
    nameLayers(lifted->graph, notes);
    FileQuantization quantization;
    for (const NodeId layer : lifted->floatLayers) {
        quantization.floatLayers.push_back(lifted->graph.node(layer).name);
    }
    return {std::move(lifted->graph), std::move(quantization)};
}

}  // namespace

Result<TracedNetwork> finishGraph(int64_t batch, const std::function<Graph(int64_t batch)>& trace,
                                  std::vector<std::string>& notes, const Job& job) {
    return guard("reading the network", [&]() -> Result<TracedNetwork> {
        try {
            Graph graph = trace(batch);
            int64_t fixed = 0;
            try {
                const int64_t otherBatch = batch + 1;
                graph = Unifier(graph, batch, trace(otherBatch), otherBatch).run();
            } catch (const DependsOnBatch& reason) {
                fixed = batch;
                notes.push_back("runs a batch of " + std::to_string(batch) +
                                " only, because the batch size is a number in it: " + reason.what);
            } catch (const ImportError& error) {
                fixed = batch;
                notes.push_back("runs a batch of " + std::to_string(batch) + " only: another one fails in " +
                                error.what());
            }
            checkMemory(graph);
            graph.setFixedBatch(fixed);
            if (graph.outputs().empty()) {
                return failure("the model returns no tensor");
            }
            simplify(graph, [&] { pollTrace(job); });
            ownParameters(graph);
            return named(std::move(graph), notes);
        } catch (const TraceCancelled&) {
            return cancelled();
        } catch (const ImportError& error) {
            return failure(error.what());
        }
    });
}

}  // namespace qs
