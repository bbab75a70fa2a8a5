#include "graph/passes/passes.h"

namespace qs {

namespace {

/// Copies what is needed into a new graph.
class Compactor {
  public:
    explicit Compactor(const Graph& graph)
        : from_(graph), needed_(graph.nodes().size(), false), copies_(graph.values().size()) {
        for (const ValueId output : graph.outputs()) {
            need(output);
        }
        for (size_t i = graph.nodes().size(); i-- > 0;) {
            for (const ValueId input : graph.nodes()[i].inputs) {
                if (needed_[i]) {
                    need(input);
                }
            }
        }
    }

    Graph run() {
        for (const ValueId input : from_.inputs()) {
            adopt(input, to_.addInput(from_.value(input).name));
        }
        for (const auto& node : from_.nodes()) {
            if (needed_[static_cast<size_t>(node.id.index)]) {
                copy(node);
            }
        }
        for (size_t i = 0; i < from_.outputs().size(); ++i) {
            to_.addOutput(copyOf(from_.outputs()[i]), from_.outputNames()[i]);
        }
        to_.setFixedBatch(from_.fixedBatch());
        return std::move(to_);
    }

  private:
    void need(ValueId value) {
        if (const NodeId producer = from_.value(value).producer; producer.valid()) {
            needed_[static_cast<size_t>(producer.index)] = true;
        }
    }

    void adopt(ValueId old, ValueId fresh) {
        to_.value(fresh).shape = from_.value(old).shape;
        to_.value(fresh).dtype = from_.value(old).dtype;
        to_.value(fresh).qparams = from_.value(old).qparams;
        copies_[static_cast<size_t>(old.index)] = fresh;
    }

    ValueId copyOf(ValueId value) {
        const ValueId& copy = copies_.at(static_cast<size_t>(value.index));
        if (!copy.valid()) {
            adopt(value, to_.addConstant(from_.value(value).name, from_.constant(value)));
        }
        return copy;
    }

    void copy(const Node& node) {
        std::vector<ValueId> inputs;
        for (const ValueId input : node.inputs) {
            inputs.push_back(copyOf(input));
        }
        std::vector<std::string> outputs;
        for (const ValueId output : node.outputs) {
            outputs.push_back(from_.value(output).name);
        }
        const NodeId id = to_.addNode(node.op, node.name, node.attrs, std::move(inputs), outputs);
        to_.node(id).scope = node.scope;
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            adopt(node.outputs[i], to_.node(id).outputs[i]);
        }
    }

    const Graph& from_;
    Graph to_;
    std::vector<bool> needed_;
    std::vector<ValueId> copies_;  ///< by value of `from_`; invalid where it has none
};

}  // namespace

void removeDeadNodes(Graph& graph) {
    graph = Compactor(graph).run();
}

}  // namespace qs
