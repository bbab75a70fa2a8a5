#include "quant/boundaries.h"

namespace qs {

namespace {

/// Goes through the groups as convert() does.
class Boundaries {
  public:
    explicit Boundaries(const PreparedModel& model) : model_(model) {
        const Graph& graph = model.graph;
        floats_.insert(graph.inputs().begin(), graph.inputs().end());
        for (size_t i = 0; i < model.groups.size(); ++i) {
            addGroup(i);
        }
        for (const ValueId output : graph.outputs()) {
            addFloat(output);
        }
    }

    const std::set<Boundary>& all() const { return all_; }

  private:
    void addGroup(size_t index) {
        const FusionGroup& group = model_.groups[index];
        const Compute compute = model_.computes[index];
        for (const GridId& read : model_.reads[index]) {
            compute == Compute::Integer     ? addInteger(read)
            : compute == Compute::Simulated ? addFake(read)
                                            : addFloat(read.value);
        }
        for (const ValueId output : group.outputs) {
            if (compute == Compute::Integer) {
                integers_.insert({output});
                continue;
            }
            floats_.insert(output);
            if (compute == Compute::Simulated) {
                fakes_.insert({output});
            }
        }
    }

    void addFloat(ValueId value) {
        if (floats_.insert(value).second) {
            all_.insert({value, "dequantize"});
        }
    }

    void addInteger(const GridId& id) {
        const bool isOnGrid = integers_.contains({id.value});
        if (integers_.insert(id).second) {
            all_.insert({id.value, isOnGrid ? "requantize" : "quantize", id.grid});
        }
    }

    void addFake(const GridId& id) {
        if (!fakes_.insert(id).second) {
            return;
        }
        addFloat(id.value);
        if (!id.grid.empty() || !integers_.contains(id)) {
            all_.insert({id.value, "fake_quantize", id.grid});
        }
    }

    const PreparedModel& model_;
    std::set<Boundary> all_;
    std::set<ValueId> floats_;
    std::set<GridId> integers_;
    std::set<GridId> fakes_;  ///< floats on a grid
};

}  // namespace

std::set<Boundary> boundariesOf(const PreparedModel& model) {
    return Boundaries(model).all();
}

}  // namespace qs
