#include "importers/onnx/run.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "importers/onnx/handlers.h"
#include "importers/onnx/model.h"
#include "importers/operators.h"
#include "importers/tracer.h"

namespace qs {

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace {

/// Values by name, with those of the graph around a subgraph behind them. The names belong to the model and
/// to the caller.
struct Environment {
    struct Value {
        at::Tensor tensor;
        bool fixed = false;  ///< follows from weights alone, whatever the input shapes
    };
    const Environment* outer = nullptr;
    std::unordered_map<std::string_view, Value> values = {};

    const Value* find(std::string_view name) const {
        const auto it = values.find(name);
        if (it != values.end()) {
            return &it->second;
        }
        return outer == nullptr ? nullptr : outer->find(name);
    }
};

/// What a graph's nodes read from around it, and its own.
void collectReads(const GraphProto& graph, std::unordered_set<std::string_view>& reads);

void collectReads(const NodeProto& node, std::unordered_set<std::string_view>& reads) {
    reads.insert(node.input().begin(), node.input().end());
    for (const AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g()) {
            collectReads(attribute.g(), reads);
        }
    }
}

void collectReads(const GraphProto& graph, std::unordered_set<std::string_view>& reads) {
    for (const NodeProto& node : graph.node()) {
        collectReads(node, reads);
    }
    for (const auto& output : graph.output()) {
        reads.insert(output.name());
    }
}

/// Nodes that the graph's outputs need, in order.
std::vector<const NodeProto*> neededNodes(const GraphProto& graph) {
    std::unordered_set<std::string_view> reads;
    for (const auto& output : graph.output()) {
        reads.insert(output.name());
    }
    std::vector<const NodeProto*> nodes;
    for (int i = graph.node_size() - 1; i >= 0; --i) {
        const NodeProto& node = graph.node(i);
        const auto isRead = [&](const std::string& output) { return reads.contains(output); };
        if (std::any_of(node.output().begin(), node.output().end(), isRead)) {
            collectReads(node, reads);
            nodes.push_back(&node);
        }
    }
    return {nodes.rbegin(), nodes.rend()};
}

class Runner {
  public:
    Runner(OnnxModel& model, Tracer& tracer) : model_(model), trace_{tracer, model} {}

    void runGraph(const GraphProto& graph, Environment& environment) {
        environment.values.reserve(static_cast<size_t>(graph.initializer_size()) +
                                   static_cast<size_t>(graph.node_size()));
        for (const auto& initializer : graph.initializer()) {
            if (initializer.name().empty()) {
                continue;
            }
            const at::Tensor& tensor = model_.tensor(initializer);
            trace_.tracer.nameParameter(tensor, initializer.name());
            if (!environment.values.try_emplace(initializer.name(), Environment::Value{tensor, true})
                     .second) {
                throw ImportError("tensor " + initializer.name() + " is defined twice: the model is damaged");
            }
        }
        for (const NodeProto* node : neededNodes(graph)) {
            runNode(*node, environment);
        }
    }

    static at::Tensor result(const GraphProto& graph, const Environment& environment, int index) {
        const std::string& name = graph.output(index).name();
        const Environment::Value* value = environment.find(name);
        if (value == nullptr || !value->tensor.defined()) {
            throw ImportError("output " + name + " is computed by no node: the model is damaged");
        }
        return value->tensor;
    }

  private:
    void runNode(const NodeProto& proto, Environment& environment) {
        std::vector<at::Tensor> inputs;
        bool fixed = environment.outer == nullptr;
        for (const std::string& name : proto.input()) {
            const Environment::Value* value = name.empty() ? nullptr : environment.find(name);
            if (!name.empty() && value == nullptr) {
                throw ImportError(describe(proto) + ": its input " + name +
                                  " is defined by nothing before it: the nodes are out of order, in a cycle, "
                                  "or damaged");
            }
            inputs.push_back(value == nullptr ? at::Tensor() : value->tensor);
            fixed = fixed && (value == nullptr || value->fixed);
        }
        for (const AttributeProto& attribute : proto.attribute()) {
            fixed = fixed && !attribute.has_g();
        }
        define(proto, results(proto, std::move(inputs), environment, fixed), fixed, environment);
    }

    std::vector<at::Tensor> results(const NodeProto& proto, std::vector<at::Tensor> inputs,
                                    const Environment& environment, bool fixed) {
        if (const auto known = model_.folded().find(&proto); fixed && known != model_.folded().end()) {
            for (const at::Tensor& tensor : known->second) {
                const QParams* grid = tensor.defined() ? model_.gridOf(tensor) : nullptr;
                if (grid != nullptr) {
                    trace_.tracer.setGrid(tensor, *grid);
                }
            }
            return known->second;
        }
        OnnxNode node(trace_, proto, model_.opset(domainOf(proto)), std::move(inputs),
                      [&](const GraphProto& body, const std::vector<at::Tensor>& arguments) {
                          return runBody(proto, body, arguments, environment);
                      });
        node.countStep();
        std::vector<at::Tensor> results;
        try {
            results = handler(proto)(node);
            for (const at::Tensor& result : results) {
                if (!Tracer::isActivation(result)) {
                    trace_.tracer.charge(result);
                }
            }
        } catch (const ImportError& error) {
            const std::string_view text = error.what();
            if (text.starts_with("node ") || text.starts_with("layer ")) {
                throw;
            }
            node.fail(error.what());
        } catch (const TraceCancelled&) {
            throw;
        } catch (const std::exception& error) {
            node.fail(firstSentence(error));
        }
        if (fixed) {
            model_.folded()[&proto] = results;
        }
        return results;
    }

    static std::string domainOf(const NodeProto& proto) {
        return proto.domain() == "ai.onnx" ? "" : proto.domain();
    }

    static const OnnxHandler& handler(const NodeProto& proto) {
        const std::string domain = domainOf(proto);
        const auto* found =
            onnxHandlers().find(domain.empty() ? proto.op_type() : domain + "::" + proto.op_type());
        if (found == nullptr) {
            throw ImportError(describe(proto) +
                              (domain.empty()
                                   ? ": this operator is not supported"
                                   : ": an operator of the domain " + domain + ", which is not supported") +
                              ": cut the network before it, or export it with operators of ONNX");
        }
        return *found;
    }

    static void define(const NodeProto& proto, const std::vector<at::Tensor>& results, bool fixed,
                       Environment& environment) {
        for (int i = 0; i < proto.output_size(); ++i) {
            const std::string& name = proto.output(i);
            const auto index = static_cast<size_t>(i);
            if (name.empty() || index >= results.size() || !results[index].defined()) {
                continue;
            }
            if (!environment.values.try_emplace(name, Environment::Value{results[index], fixed}).second) {
                throw ImportError(describe(proto) + ": its output " + name +
                                  " is defined twice: the model is damaged");
            }
        }
    }

    std::vector<at::Tensor> runBody(const NodeProto& proto, const GraphProto& body,
                                    const std::vector<at::Tensor>& arguments, const Environment& outer) {
        if (static_cast<size_t>(body.input_size()) != arguments.size()) {
            throw ImportError(describe(proto) + ": its body takes " + std::to_string(body.input_size()) +
                              " inputs but gets " + std::to_string(arguments.size()));
        }
        Environment inner{&outer};
        for (size_t i = 0; i < arguments.size(); ++i) {
            inner.values[body.input(static_cast<int>(i)).name()] = {arguments[i]};
        }
        runGraph(body, inner);
        std::vector<at::Tensor> results;
        results.reserve(static_cast<size_t>(body.output_size()));
        for (int i = 0; i < body.output_size(); ++i) {
            results.push_back(result(body, inner, i));
        }
        return results;
    }

    OnnxModel& model_;
    OnnxTrace trace_;
};

/// A result as the network gives it: integers where it lies on a grid, and float32 for float64.
at::Tensor asOutput(Tracer& tracer, const at::Tensor& result, const std::string& name) {
    if (!Tracer::isActivation(result)) {
        return result.scalar_type() == at::kDouble ? result.to(at::kFloat) : result;
    }
    const auto grid = tracer.gridOf(result);
    if (!grid || grid->perChannel()) {
        return result;
    }
    const at::Tensor real = tracer.dequantize(result, name);
    at::Tensor q = tracer.call("aten::div.Scalar", {real, grid->scale[0]}, name);
    q = tracer.call("aten::add.Scalar", {tracer.call("aten::round", {q}, name), grid->zeroPoint[0]}, name);
    q = tracer.call("aten::clamp", {q, grid->quantMin, grid->quantMax}, name);
    const at::ScalarType type = infoOf(grid->dtype).isSigned ? at::kChar : at::kByte;
    return tracer.call("aten::to.dtype", {q, static_cast<int64_t>(type)}, name);
}

}  // namespace

Graph traceOnnx(OnnxModel& model, std::span<const InputSpec> inputs, const Job& job) {
    Tracer tracer(job, model.constantLimit());
    Runner runner(model, tracer);
    Environment environment;
    for (const InputSpec& input : inputs) {
        environment.values[input.name] = {
            tracer.input(input.name, input.shape, input.dtype.value_or(at::kFloat))};
    }
    const GraphProto& graph = model.graph();
    runner.runGraph(graph, environment);
    for (int i = 0; i < graph.output_size(); ++i) {
        const std::string& name = graph.output(i).name();
        tracer.output(asOutput(tracer, Runner::result(graph, environment, i), name), name);
    }
    return tracer.take();
}

}  // namespace qs
