#include "importers/own_parameters.h"

#include <ATen/ops/equal.h>

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ops/op.h"

namespace qs {

namespace {

bool isAlike(const at::Tensor& a, const at::Tensor& b) {
    return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes();
}

/// Whether both see the same numbers in the same memory.
bool isSameTensor(const at::Tensor& a, const at::Tensor& b) {
    return isAlike(a, b) && a.data_ptr() == b.data_ptr() && a.strides() == b.strides();
}

/// What PyTorch fills biases, scales, statistics and slopes with, and so may have pooled.
bool isFresh(const at::Tensor& tensor) {
    const at::Tensor first = tensor.flatten()[0];
    const auto number = first.item<double>();
    return at::equal(tensor, first.expand_as(tensor)) &&
           (tensor.numel() > 1 || number == 0 || number == 1 || number == 0.25);
}

struct Parameter {
    ValueId value;
    at::Tensor tensor;
    NodeId node;
    size_t position = 0;
    bool fresh = false;
};

class Owners {
  public:
    explicit Owners(Graph& graph) : graph_(graph) {}

    void run() {
        for (size_t n = 0; n < graph_.nodes().size(); ++n) {
            const NodeId id = graph_.nodes()[n].id;
            if (const OpDef* def = ops().find(graph_.node(id).op)) {
                settle(id, def->parameters);
            }
        }
    }

  private:
    void settle(NodeId id, const std::vector<std::string>& names) {
        std::vector<Parameter> alone;
        std::optional<NodeId> sharer;
        for (size_t i = 0; i < std::min(names.size(), graph_.node(id).inputs.size()); ++i) {
            const ValueId value = graph_.node(id).inputs[i];
            const auto& constant = graph_.value(value).constant;
            if (names[i].empty() || !constant || constant->numel() == 0) {
                continue;
            }
            Parameter own{value, *constant, id, i, isFresh(*constant)};
            if (const Parameter* known = find(own)) {
                sharer = known->node;
                graph_.setInput(id, i, known->value);
            } else {
                alone.push_back(std::move(own));
            }
        }
        for (Parameter& own : alone) {
            const ValueId other = sharer ? inputOf(*sharer, own.position) : ValueId();
            if (other.valid() && isSameTensor(graph_.constant(other), own.tensor)) {
                graph_.setInput(id, own.position, other);
            } else {
                add(std::move(own));
            }
        }
    }

    /// A constant that a node reads at this position; invalid where it has none.
    ValueId inputOf(NodeId id, size_t position) const {
        const Node& node = graph_.node(id);
        return position < node.inputs.size() && graph_.value(node.inputs[position]).constant
                   ? node.inputs[position]
                   : ValueId();
    }

    /// What is one with this parameter: the same tensor or, as its weight norm may be computed at each call,
    /// an equal one of the same module.
    const Parameter* find(const Parameter& own) const {
        for (const size_t i :
             own.fresh ? std::span<const size_t>() : listed(byMemory_, own.tensor.data_ptr())) {
            if (isSameTensor(parameters_[i].tensor, own.tensor)) {
                return &parameters_[i];
            }
        }
        if (graph_.node(own.node).scope.empty()) {
            return nullptr;
        }
        for (const size_t i : listed(bySite_, siteOf(own))) {
            const at::Tensor& known = parameters_[i].tensor;
            const bool isOne = own.fresh ? isSameTensor(known, own.tensor)
                                         : isAlike(known, own.tensor) && at::equal(known, own.tensor);
            if (isOne) {
                return &parameters_[i];
            }
        }
        return nullptr;
    }

    /// Takes the parameter in, as a value of its own.
    void add(Parameter own) {
        if (!owned_.insert(own.value.index).second) {
            const Value shared = graph_.value(own.value);
            own.value = graph_.addConstant("", own.tensor);
            graph_.value(own.value).dtype = shared.dtype;
            graph_.value(own.value).qparams = shared.qparams;
            graph_.setInput(own.node, own.position, own.value);
        }
        byMemory_[own.tensor.data_ptr()].push_back(parameters_.size());
        bySite_[siteOf(own)].push_back(parameters_.size());
        parameters_.push_back(std::move(own));
    }

    using Site = std::tuple<std::string, std::string, size_t>;  ///< scope, op, position

    Site siteOf(const Parameter& own) const {
        const Node& node = graph_.node(own.node);
        return {node.scope, node.op, own.position};
    }

    template <typename Key>
    static std::span<const size_t> listed(const std::map<Key, std::vector<size_t>>& places, const Key& key) {
        const auto found = places.find(key);
        return found == places.end() ? std::span<const size_t>() : std::span(found->second);
    }

    Graph& graph_;
    std::vector<Parameter> parameters_;
    std::map<void*, std::vector<size_t>> byMemory_;
    std::map<Site, std::vector<size_t>> bySite_;
    std::set<int32_t> owned_;  ///< values that belong to a parameter
};

}  // namespace

void ownParameters(Graph& graph) {
    Owners(graph).run();
}

}  // namespace qs
