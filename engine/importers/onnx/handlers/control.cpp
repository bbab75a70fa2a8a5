#include <ATen/ops/tensor.h>
#include <onnx/onnx_pb.h>

#include <limits>

#include "importers/onnx/handlers.h"

namespace qs {

namespace {

[[noreturn]] void refuse(const OnnxNode& node, const std::string& what) {
    node.fail(what +
              " depends on the data, and such control flow is not supported: export the network by "
              "tracing, or with that part as a constant");
}

std::vector<at::Tensor> ifThenElse(OnnxNode& node) {
    if (!node.isConstant(0)) {
        refuse(node, "its condition");
    }
    return node.run(node.graph(node.constantInt(0) != 0 ? "then_branch" : "else_branch"), {});
}

/// What the iterations add to a scan output: one slice each, stacked.
at::Tensor stacked(OnnxNode& node, const std::vector<at::Tensor>& slices) {
    if (slices.empty()) {
        node.fail("it runs no iteration, but its collected outputs are read");
    }
    return node.call("aten::stack", {slices, 0});
}

/// A loop whose length does not depend on the data is unrolled.
std::vector<at::Tensor> loop(OnnxNode& node) {
    const ::onnx::GraphProto& body = node.graph("body");
    int64_t limit = std::numeric_limits<int64_t>::max();
    if (node.hasInput(0)) {
        if (!node.isConstant(0)) {
            refuse(node, "its number of iterations");
        }
        limit = node.constantInt(0);
    }
    const size_t carriedCount = node.inputCount() < 2 ? 0 : node.inputCount() - 2;
    std::vector<at::Tensor> carried;
    for (size_t i = 0; i < carriedCount; ++i) {
        carried.push_back(node.input(i + 2));
    }
    if (static_cast<size_t>(body.output_size()) < carriedCount + 1) {
        node.fail("its body has too few outputs");
    }
    std::vector<std::vector<at::Tensor>> collected(static_cast<size_t>(body.output_size()) - 1 -
                                                   carriedCount);
    at::Tensor goesOn = node.hasInput(1) ? node.input(1) : at::tensor(true);
    for (int64_t i = 0; i < limit; ++i) {
        if (Tracer::isActivation(goesOn) || goesOn.numel() != 1) {
            refuse(node, "its condition");
        }
        if (!goesOn.item<bool>()) {
            break;
        }
        node.countStep();
        std::vector<at::Tensor> arguments{at::tensor(i, at::kLong), goesOn};
        arguments.insert(arguments.end(), carried.begin(), carried.end());
        const std::vector<at::Tensor> results = node.run(body, arguments);
        goesOn = results[0];
        for (size_t j = 0; j < carriedCount; ++j) {
            carried[j] = results[j + 1];
        }
        for (size_t j = 0; j < collected.size(); ++j) {
            collected[j].push_back(results[j + 1 + carriedCount]);
        }
    }
    for (size_t j = 0; j < collected.size(); ++j) {
        const bool isRead = node.wantsOutput(carried.size());
        carried.push_back(isRead ? stacked(node, collected[j]) : at::Tensor());
    }
    return carried;
}

/// Runs a body once for every slice along the scanned inputs' axes: always as often as their extent says.
std::vector<at::Tensor> scan(OnnxNode& node) {
    const ::onnx::GraphProto& body = node.graph("body");
    const int64_t scanned = node.count("num_scan_inputs", 0, 0);
    const auto total = static_cast<int64_t>(node.inputCount());
    if (node.opset() < 9) {
        node.fail("the form of opset 8 is not supported: convert the model to opset 9 or later");
    }
    if (scanned < 1 || scanned > total || body.output_size() < total - scanned) {
        node.fail("num_scan_inputs " + std::to_string(scanned) + " does not fit its inputs");
    }
    const auto states = static_cast<size_t>(total - scanned);
    for (const char* name :
         {"scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions"}) {
        for (const int64_t value : node.ints(name)) {
            if (value != 0) {
                node.fail(std::string(name) + " other than 0 is not supported");
            }
        }
    }
    std::vector<at::Tensor> carried(node.inputs().begin(),
                                    node.inputs().begin() + static_cast<int64_t>(states));
    std::vector<std::vector<at::Tensor>> collected(static_cast<size_t>(body.output_size()) - states);
    if (node.input(states).dim() < 1) {
        node.fail("a scanned input is a scalar");
    }
    const int64_t length = node.input(states).size(0);
    for (int64_t i = 0; i < length; ++i) {
        node.countStep();
        std::vector<at::Tensor> arguments = carried;
        for (size_t j = states; j < node.inputCount(); ++j) {
            arguments.push_back(node.call("aten::select.int", {node.input(j), 0, i}));
        }
        const std::vector<at::Tensor> results = node.run(body, arguments);
        std::copy_n(results.begin(), states, carried.begin());
        for (size_t j = 0; j < collected.size(); ++j) {
            collected[j].push_back(results[j + states]);
        }
    }
    for (const auto& slices : collected) {
        carried.push_back(stacked(node, slices));
    }
    return carried;
}

}  // namespace

void registerControl(OnnxHandlers& handlers) {
    handlers.add("If", ifThenElse);
    handlers.add("Loop", loop);
    handlers.add("Scan", scan);
}

}  // namespace qs
