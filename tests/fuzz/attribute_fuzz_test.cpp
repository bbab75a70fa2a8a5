// Every integer attribute of every ONNX operator, and every integer in its constant inputs, replaced by
// numbers that no network has: the model opens and runs, or is refused in one line.

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>

#include "exporters/runners.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/message_check.h"
#include "importers/operator_cases.h"
#include "quant/ptq.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {
namespace {

constexpr int64_t kNumbers[] = {0,
                                -1,
                                std::numeric_limits<int64_t>::min(),
                                int64_t{1} << 31,
                                int64_t{1} << 40,
                                std::numeric_limits<int64_t>::max()};
constexpr size_t kTooLong = 70;
/// Elements of the largest activation that is worth running.
constexpr int64_t kMostToRun = int64_t{1} << 20;

/// A change of one node.
struct Mutation {
    size_t model;  ///< in operatorCases()
    int node;
    std::string attribute;  ///< empty: the integers of the constant `value`
    ::onnx::AttributeProto::AttributeType type;
    std::vector<int64_t> values;
};

std::vector<std::vector<int64_t>> lists(size_t length) {
    std::vector<std::vector<int64_t>> all{{}, std::vector<int64_t>(kTooLong, 1)};
    for (const int64_t number : kNumbers) {
        all.emplace_back(length, number);
        std::vector<int64_t> first(std::max<size_t>(length, 1), 1);
        first[0] = number;
        all.push_back(std::move(first));
    }
    return all;
}

::onnx::ModelProto modelOf(const OperatorCase& operatorCase) {
    return parseModel(operatorCase.opset, operatorCase.input, operatorCase.nodes, operatorCase.weights);
}

size_t lengthOf(const ::onnx::NodeProto& node, const std::string& attribute) {
    for (const auto& given : node.attribute()) {
        if (given.name() == attribute) {
            return static_cast<size_t>(given.ints_size());
        }
    }
    return 2;
}

void addMutations(size_t index, const ::onnx::ModelProto& model, int opset, std::vector<Mutation>& all) {
    using Type = ::onnx::AttributeProto;
    for (int n = 0; n < model.graph().node_size(); ++n) {
        const auto& node = model.graph().node(n);
        if (node.op_type() == "Constant") {
            for (const int64_t number : kNumbers) {
                all.push_back({index, n, "", Type::TENSOR, {number}});
            }
            continue;
        }
        const auto* schema = ::onnx::OpSchemaRegistry::Schema(node.op_type(), opset, node.domain());
        if (schema == nullptr) {
            continue;  // ONNX Runtime's own
        }
        for (const auto& [name, attribute] : schema->attributes()) {
            if (attribute.type == Type::INT) {
                for (const int64_t number : kNumbers) {
                    all.push_back({index, n, name, Type::INT, {number}});
                }
            } else if (attribute.type == Type::INTS) {
                for (auto& list : lists(lengthOf(node, name))) {
                    all.push_back({index, n, name, Type::INTS, std::move(list)});
                }
            }
        }
    }
}

const std::vector<Mutation>& mutationsOfAll() {
    static const std::vector<Mutation> all = [] {
        std::vector<Mutation> made;
        const auto cases = operatorCases();
        for (size_t i = 0; i < cases.size(); ++i) {
            addMutations(i, modelOf(cases[i]), cases[i].opset, made);
        }
        return made;
    }();
    return all;
}

void setAttribute(::onnx::NodeProto& node, const Mutation& mutation) {
    ::onnx::AttributeProto* target = nullptr;
    for (auto& given : *node.mutable_attribute()) {
        target = given.name() == mutation.attribute ? &given : target;
    }
    target = target != nullptr ? target : node.add_attribute();
    target->set_name(mutation.attribute);
    target->set_type(mutation.type);
    if (mutation.type == ::onnx::AttributeProto::INT) {
        target->set_i(mutation.values.at(0));
        return;
    }
    target->clear_ints();
    for (const int64_t value : mutation.values) {
        target->add_ints(value);
    }
}

void setFirstInteger(::onnx::NodeProto& constant, int64_t value) {
    for (auto& attribute : *constant.mutable_attribute()) {
        if (attribute.has_t() && attribute.t().int64_data_size() > 0) {
            attribute.mutable_t()->set_int64_data(0, value);
        }
    }
}

/// Runs it once, in floats; what is wrong with how it ended, or nothing.
std::string runOnce(const Graph& graph, const char* backend) {
    std::vector<at::Tensor> inputs;
    for (const Value& value : graph.values()) {
        int64_t elements = 1;
        for (const int64_t extent : value.shape) {
            elements *= extent;
        }
        if (elements > kMostToRun) {
            return "";
        }
    }
    for (const ValueId input : graph.inputs()) {
        inputs.push_back(at::zeros(graph.value(input).shape, graph.value(input).dtype));
    }
    auto converted = test::floatForm(graph);
    auto executor = converted ? makeExecutor(backend, std::move(*converted))
                              : Result<std::unique_ptr<Executor>>(converted.error());
    const auto outputs =
        executor ? (*executor)->run(inputs) : Result<std::vector<at::Tensor>>(executor.error());
    return outputs ? "" : complaintAbout(outputs.error().message);
}

std::string attempt(const OperatorCase& operatorCase, const Mutation& mutation) {
    auto model = modelOf(operatorCase);
    auto& node = *model.mutable_graph()->mutable_node(mutation.node);
    if (mutation.type == ::onnx::AttributeProto::TENSOR) {
        setFirstInteger(node, mutation.values.at(0));
    } else {
        setAttribute(node, mutation);
    }
    const auto opened = importModel(model);
    std::string problem = opened ? "" : complaintAbout(opened.error().message);
    for (const char* backend : {"reference", "onednn"}) {
        problem = opened && problem.empty() ? runOnce(opened->graph, backend) : problem;
    }
    return problem.empty()
               ? ""
               : operatorCase.name + ", " + node.op_type() + "." + mutation.attribute + " = " +
                     (mutation.values.empty() ? "[]" : std::to_string(mutation.values[0])) + ": " + problem;
}

std::string describe(uint64_t number) {
    const Mutation& mutation = mutationsOfAll()[number];
    return operatorCases()[mutation.model].name + " " + mutation.attribute + "[" +
           std::to_string(mutation.values.size()) +
           "] = " + (mutation.values.empty() ? "nothing" : std::to_string(mutation.values[0]));
}

TEST(FuzzAttributes, OpenOrAreRefusedInOneLine) {
    const auto cases = operatorCases();
    const auto& all = mutationsOfAll();
    ASSERT_GT(all.size(), 1000U);
    const auto body = [&](uint64_t number) { return attempt(cases[all[number].model], all[number]); };
    for (const SandboxFailure& failure : runInSandbox(0, all.size(), {}, body)) {
        ADD_FAILURE() << describe(failure.number) << ": " << failure.what;
    }
}

}  // namespace
}  // namespace qs::test
