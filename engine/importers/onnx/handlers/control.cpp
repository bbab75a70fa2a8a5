#include <ATen/ops/tensor.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

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

/// What the iterations add to a scan output: one slice each, stacked along `axis`.
at::Tensor stacked(OnnxNode& node, const std::vector<at::Tensor>& slices, int64_t axis) {
    if (slices.empty()) {
        node.fail("it runs no iteration, but its collected outputs are read");
    }
    return node.call("aten::stack", {slices, axis});
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
        carried.push_back(isRead ? stacked(node, collected[j], 0) : at::Tensor());
    }
    return carried;
}

/// How a Scan goes along one scanned input or output.
struct ScanWay {
    int64_t axis = 0;
    bool backwards = false;
};

/// The ways of `count` inputs or outputs, from the attributes `axes` and `directions`.
std::vector<ScanWay> scanWays(const OnnxNode& node, const char* axes, const char* directions, size_t count) {
    std::vector<ScanWay> ways(count);
    const std::vector<int64_t> along = node.ints(axes);
    const std::vector<int64_t> turned = node.ints(directions);
    for (const auto& [name, values] : {std::pair(axes, &along), std::pair(directions, &turned)}) {
        if (!values->empty() && values->size() != count) {
            node.fail(std::string(name) + " has " + std::to_string(values->size()) + " numbers, not " +
                      std::to_string(count));
        }
    }
    for (size_t i = 0; i < count; ++i) {
        ways[i] = {.axis = along.empty() ? 0 : along[i], .backwards = !turned.empty() && turned[i] != 0};
    }
    return ways;
}

struct Scan {
    const ::onnx::GraphProto& body;
    size_t states;
    std::vector<ScanWay> inputs;
    std::vector<ScanWay> outputs;
};

Scan readScan(const OnnxNode& node, size_t inputCount, const char* directions) {
    const ::onnx::GraphProto& body = node.graph("body");
    const auto scanned = static_cast<size_t>(node.count("num_scan_inputs", 0, 0));
    const auto outputs = static_cast<size_t>(body.output_size());
    if (scanned < 1 || scanned > inputCount || outputs < inputCount - scanned) {
        node.fail("num_scan_inputs " + std::to_string(scanned) + " does not fit its inputs");
    }
    const size_t states = inputCount - scanned;
    return {.body = body,
            .states = states,
            .inputs = scanWays(node, "scan_input_axes", directions, scanned),
            .outputs = scanWays(node, "scan_output_axes", "scan_output_directions", outputs - states)};
}

/// Runs the body once for every slice along the scanned inputs' axes: always as often as their extent says.
/// `values`: the states, then the scanned inputs.
std::vector<at::Tensor> runScan(OnnxNode& node, const Scan& scan, const std::vector<at::Tensor>& values) {
    const auto begin = values.begin() + static_cast<int64_t>(scan.states);
    std::vector<at::Tensor> carried(values.begin(), begin);
    const std::vector<at::Tensor> scanned(begin, values.end());
    std::vector<int64_t> axes;
    std::optional<int64_t> length;
    for (size_t j = 0; j < scanned.size(); ++j) {
        axes.push_back(node.axis(scan.inputs[j].axis, scanned[j].dim()));
        const int64_t extent = scanned[j].size(axes[j]);
        if (length.value_or(extent) != extent) {
            node.fail("its scanned inputs have different lengths");
        }
        length = extent;
    }
    std::vector<std::vector<at::Tensor>> collected(scan.outputs.size());
    for (int64_t i = 0; i < *length; ++i) {
        node.countStep();
        std::vector<at::Tensor> arguments = carried;
        for (size_t j = 0; j < scanned.size(); ++j) {
            const int64_t place = scan.inputs[j].backwards ? *length - 1 - i : i;
            arguments.push_back(node.call("aten::select.int", {scanned[j], axes[j], place}));
        }
        const std::vector<at::Tensor> results = node.run(scan.body, arguments);
        std::copy_n(results.begin(), scan.states, carried.begin());
        for (size_t j = 0; j < collected.size(); ++j) {
            collected[j].push_back(results[j + scan.states]);
        }
    }
    for (size_t j = 0; j < collected.size(); ++j) {
        if (scan.outputs[j].backwards) {
            std::reverse(collected[j].begin(), collected[j].end());
        }
        const int64_t rank = collected[j].empty() ? 1 : collected[j].front().dim() + 1;
        carried.push_back(stacked(node, collected[j], node.axis(scan.outputs[j].axis, rank)));
    }
    return carried;
}

/// The form of opset 8: every value has the batch in front, each sample of which is scanned by itself.
std::vector<at::Tensor> scanOfBatches(OnnxNode& node) {
    if (node.hasInput(0)) {
        node.fail("sequences of different lengths in one batch are not supported");
    }
    std::vector<at::Tensor> values;
    for (size_t i = 1; i < node.inputCount(); ++i) {
        values.push_back(node.input(i));
    }
    const Scan scan = readScan(node, values.size(), "directions");
    std::vector<std::vector<at::Tensor>> results(static_cast<size_t>(scan.body.output_size()));
    for (const at::Tensor& value : values) {
        if (value.dim() < 1 || value.size(0) < 1 || value.size(0) != values[0].size(0)) {
            node.fail("its inputs have no batch in common");
        }
    }
    for (int64_t i = 0; i < values[0].size(0); ++i) {
        std::vector<at::Tensor> sample;
        for (const at::Tensor& value : values) {
            sample.push_back(node.call("aten::select.int", {value, 0, i}));
        }
        const std::vector<at::Tensor> one = runScan(node, scan, sample);
        for (size_t j = 0; j < results.size(); ++j) {
            results[j].push_back(one[j]);
        }
    }
    std::vector<at::Tensor> stackedResults;
    for (const std::vector<at::Tensor>& result : results) {
        stackedResults.push_back(stacked(node, result, 0));
    }
    return stackedResults;
}

std::vector<at::Tensor> scan(OnnxNode& node) {
    if (node.opset() < 9) {
        return scanOfBatches(node);
    }
    return runScan(node, readScan(node, node.inputCount(), "scan_input_directions"), node.inputs());
}

}  // namespace

void registerControl(OnnxHandlers& handlers) {
    handlers.add("If", ifThenElse);
    handlers.add("Loop", loop);
    handlers.add("Scan", scan);
}

}  // namespace qs
