#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "ops/op.h"

namespace qs::test {

/// Writes graphs as importers do: every node runs on samples as it is added, so that shapes are known.
class TracedNet {
  public:
    TracedNet() = default;
    /// A graph in its text form, of which inputs and constants have shapes; those of the nodes' results are
    /// filled in.
    explicit TracedNet(std::string_view text);

    ValueId input(const Shape& shape);
    ValueId constant(const Shape& shape);
    ValueId constant(const at::Tensor& value) { return graph.addConstant("", value); }

    /// A node of an op entry, in the module `scope`; the first of its outputs.
    ValueId op(const std::string& name, Attributes attrs, std::vector<ValueId> inputs,
               const std::string& scope = "");
    /// A carried operator: "aten::div.Tensor". Tensors among the arguments become constants of the graph.
    ValueId carried(const std::string& name, std::vector<AtenArg> args, const std::string& scope = "");
    static AtenArg tensor(ValueId value) { return {value, {}, {}}; }
    static AtenArg number(c10::IValue value) { return {{}, std::move(value), {}}; }

    ValueId conv2d(ValueId x, int64_t outputs, bool bias = true, const std::string& scope = "conv");
    ValueId output(ValueId value);
    /// Outputs of the last node that was added.
    const std::vector<ValueId>& lastOutputs() const { return graph.nodes().back().outputs; }
    const at::Tensor& sample(ValueId value) const { return samples_.at(value); }

    const std::vector<at::Tensor>& inputs() const { return inputs_; }
    /// What the graph computes now on the inputs' samples.
    std::vector<at::Tensor> results() const;
    std::vector<std::string> opNames() const;
    at::Tensor random(const Shape& shape);

    Graph graph;

  private:
    ValueId append(const std::string& name, OpenedOp opened, const std::string& scope);
    void addSample(ValueId input);
    std::vector<at::Tensor> run(const std::string& op, const Attributes& attrs,
                                const std::vector<ValueId>& inputs) const;
    void adopt(ValueId output, const at::Tensor& result);

    uint64_t seed_ = 1;
    std::vector<at::Tensor> inputs_;
    std::map<ValueId, at::Tensor> samples_;  ///< of values as they were numbered when they were added
};

Attributes attributes(std::initializer_list<std::pair<std::string, Attribute>> list);

}  // namespace qs::test
