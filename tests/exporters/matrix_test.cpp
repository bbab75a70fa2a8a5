// Every operator before every activation function, quantized with every preset, written for every target:
// each file is opened by its own runtime and computes what the engine computes, or is refused by the name of
// a layer.
//
// One network a pair of operator and preset has a branch an activation function, a third of the functions at
// a time, so that every two of {operator, function, preset, target} meet, and all operators and functions on
// all targets. Apps for phones take classifiers of images.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "core/files.h"
#include "data/preprocess.h"
#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/lite_run.h"
#include "exporters/op_cases.h"
#include "exporters/operands.h"
#include "exporters/runners.h"
#include "ops/fake_quantize.h"
#include "ops/op.h"
#include "ops/quantized_engine.h"
#include "quant/qconfig.h"
#include "runtime/executor.h"
#include "support/export_graphs.h"
#include "support/prepared.h"
#include "support/traced_net.h"
#include "workbench/random_data.h"

namespace qs::test {

namespace {

using testing::HasSubstr;
using Tensors = std::vector<at::Tensor>;

constexpr size_t kThird = 3;
constexpr int64_t kImageChannels = 3;

bool isRounding(const OpDef& op) {
    return op.name.ends_with("fake_quantize");
}

/// The float networks of single operators, one an entry; of activation functions every one.
std::vector<OpCase> operators() {
    std::vector<OpCase> chosen;
    std::set<std::string> seen;
    for (OpCase& one : entryCases()) {
        const QNode& node = *std::ranges::find(one.graph.nodes, "block.op", &QNode::layer);
        const OpDef* op = ops().find(node.op);
        if (one.name.ends_with("_float") && !isRounding(*op) && seen.insert(node.op).second) {
            chosen.push_back(std::move(one));
        }
    }
    return chosen;
}

struct Function {
    std::string name, op;
    Attributes attrs;
    Tensors constants;
};

/// Activation functions of the registry with the attributes that their cases have, the bounds of ReLU6, and
/// none.
std::vector<Function> functions() {
    std::vector<Function> list{{"none", "", {}, {}},
                               {"relu6", "clip", attributes({{"min", 0.0}, {"max", 6.0}}), {}}};
    for (const OpCase& one : entryCases()) {
        const QNode& node = *std::ranges::find(one.graph.nodes, "block.op", &QNode::layer);
        if (!one.name.ends_with("_float") || ops().find(node.op)->category != OpCategory::Activation ||
            isRounding(*ops().find(node.op)) || one.name.find("channels") != std::string::npos) {
            continue;
        }
        Tensors constants;
        for (const at::Tensor& constant : node.constants) {
            constants.push_back(constant.slice(0, 0, 1));  // for any number of channels
        }
        list.push_back({one.name.substr(0, one.name.rfind('_')), node.op, node.attrs, constants});
    }
    return list;
}

/// The nodes of a float network again, behind `x`; its outputs.
std::vector<ValueId> append(TracedNet& net, const QuantizedGraph& graph, ValueId x,
                            const std::string& scope) {
    std::map<ValueId, ValueId> values{{graph.inputs.at(0), x}};
    for (const QNode& node : graph.nodes) {
        std::vector<ValueId> inputs;
        if (node.weight) {
            inputs = {values.at(node.inputs.at(0)), net.constant(*node.weight), net.constant(*node.bias)};
        } else {
            size_t activation = 0;
            for (const Operand& operand : operandsOf(node)) {
                inputs.push_back(operand.isConstant() ? net.constant(operand.constant)
                                                      : values.at(node.inputs.at(activation++)));
            }
        }
        const ValueId first = net.op(node.op, node.attrs, inputs, scope + "." + node.layer);
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            values[node.outputs[i]] = i == 0 ? first : net.lastOutputs().at(i);
        }
    }
    std::vector<ValueId> outputs;
    for (const ValueId output : graph.outputs) {
        outputs.push_back(values.at(output));
    }
    return outputs;
}

/// One network in one file for one target.
struct Cell {
    std::string name;
    std::string preset;
    QuantizedGraph graph;
    at::Tensor input;
    Tensors expected;  ///< the engine's outputs
};

Result<QuantizedGraph> quantized(const TracedNet& net, const std::string& preset) {
    constexpr int64_t kSamples = 8;
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", preset}}));
    QS_ASSIGN(const PreparedModel prepared, prepareGraph(net.graph, rules));
    const Shape shape = net.inputs().at(0).sizes().vec();
    const auto data = makeRandomData({{"", {shape.begin() + 1, shape.end()}}}, kSamples, 1);
    Job job;
    QS_ASSIGN(const Encodings encodings, calibrate(prepared, *data, kSamples, kSamples, job));
    return convert(prepared, encodings);
}

/// A cell of the operator with the functions behind it that `chosen` has.
std::optional<Cell> makeCell(const OpCase& op, const std::vector<Function>& chosen, const std::string& preset,
                             bool isClassifier) {
    TracedNet net;
    Shape shape = op.graph.value(op.graph.inputs.at(0)).shape;
    const int64_t channels = shape.at(1);
    shape[1] = isClassifier ? kImageChannels : channels;
    ValueId x = net.input(shape);
    x = isClassifier ? net.conv2d(x, channels, true, "stem") : x;
    for (const Function& function : chosen) {
        std::vector<ValueId> inputs{append(net, op.graph, x, function.name).at(0)};
        for (const at::Tensor& constant : function.constants) {
            inputs.push_back(net.constant(constant));
        }
        ValueId y = function.op.empty()
                        ? inputs[0]
                        : net.op(function.op, function.attrs, inputs, function.name + ".block.act");
        if (isClassifier) {
            y = net.op("flatten", attributes({{"start_dim", int64_t{1}}, {"end_dim", int64_t{-1}}}), {y},
                       "flat");
            y = net.op("linear", {}, {y, net.constant(Shape{5, net.graph.value(y).shape.at(1)})}, "fc");
        }
        net.output(y);
    }
    Cell cell{op.name + " with " + preset, preset, {}, net.inputs().at(0), {}};
    auto graph = quantized(net, preset);
    EXPECT_TRUE(graph) << cell.name << ": " << graph.error().message;
    if (!graph) {
        return std::nullopt;
    }
    cell.graph = std::move(*graph);
    cell.expected = makeReferenceExecutor(cell.graph).value()->run(net.inputs()).value();
    return cell;
}

/// Classifiers of images with one function each, a third of the presets at a time, where `areClassifiers`.
std::vector<Cell> makeCells(bool areClassifiers) {
    const std::vector<OpCase> ops = operators();
    const std::vector<Function> all = functions();
    const std::vector<std::string> names = presets().names();
    std::vector<Cell> cells;
    for (size_t i = 0; i < ops.size(); ++i) {
        const bool isOfVolumes = ops[i].graph.value(ops[i].graph.inputs.at(0)).shape.size() == 5;
        for (size_t p = 0; p < names.size(); ++p) {
            if (areClassifiers && (isOfVolumes || (i + p) % kThird != 0)) {
                continue;
            }
            std::vector<Function> chosen;
            for (size_t j = 0; j < all.size(); ++j) {
                if (areClassifiers ? j == (i + p) % all.size() : (i + j + p) % kThird == 0) {
                    chosen.push_back(all[j]);
                }
            }
            if (auto cell = makeCell(ops[i], chosen, names[p], areClassifiers)) {
                cells.push_back(std::move(*cell));
            }
        }
    }
    return cells;
}

const std::vector<Cell>& cells(bool areClassifiers) {
    static std::map<bool, std::vector<Cell>> made;
    const auto [found, isNew] = made.try_emplace(areClassifiers);
    if (isNew) {
        found->second = makeCells(areClassifiers);
    }
    return found->second;
}

/// The scale of the integers that output `i` is made of, or 0.
double scaleOf(const QuantizedGraph& graph, size_t i) {
    for (const QNode& node : graph.nodes) {
        if (node.op == "dequantize" && node.outputs.at(0) == graph.outputs.at(i)) {
            return graph.value(node.inputs.at(0)).qparams->scale.at(0);
        }
    }
    return 0;
}

/// Operators that each round by themselves: `steps` of the grid apart now and then; of real numbers
/// `relative` to the greatest.
void expectAgreement(const Cell& cell, const ForeignRun& run, int steps, double relative) {
    ASSERT_EQ(run.outputs.size(), cell.expected.size()) << run.log;
    for (size_t i = 0; i < cell.expected.size(); ++i) {
        const at::Tensor wanted = cell.expected[i].to(at::kDouble), found = run.outputs[i].to(at::kDouble);
        ASSERT_EQ(found.numel(), wanted.numel());
        const at::Tensor difference = (wanted - found.reshape(wanted.sizes())).abs();
        const double scale = scaleOf(cell.graph, i), greatest = wanted.abs().max().item<double>();
        const double rounding = std::max(1.001 * steps * scale, relative * greatest);
        EXPECT_GE(difference.le(rounding).to(at::kDouble).mean().item<double>(), 0.99)
            << "output " << cell.graph.outputNames[i] << ", worst "
            << difference.max().item<double>() / rounding;
        EXPECT_LE(difference.max().item<double>(), 3 * rounding) << "output " << cell.graph.outputNames[i];
    }
}

class Matrix : public testing::TestWithParam<std::string> {
  protected:
    const Exporter& target() const { return *exporters().find(GetParam()); }
    bool isApp() const { return target().extension.empty(); }
    bool isOnnx() const { return target().opset > 0; }

    ExportOptions optionsFor(const Cell& cell) const {
        const Shape shape = cell.input.sizes().vec();
        ExportOptions options{.inputShapes = {shape}};
        if (isApp()) {
            protocol::Preprocessing nothing;
            nothing.crop_to = {static_cast<int>(shape[2]), static_cast<int>(shape[3])};
            nothing.channels = kImageChannels;
            nothing.scale = 1;
            nothing.mean = {0, 0, 0};
            nothing.std = {1, 1, 1};
            options.preprocessing = Preprocessor::make(nothing, {}).value().settings();
        }
        return options;
    }

    struct Written {
        const Cell* cell;
        std::filesystem::path path;
    };
    /// Cells that the target takes, with their files. The others are refused by a layer's name, and only
    /// where a target is for networks of a preset of its own, all of which it takes.
    std::vector<Written> files() {
        std::vector<Written> written;
        std::set<std::string> refused;
        for (const Cell& cell : cells(isApp())) {
            SCOPED_TRACE(cell.name);
            const auto made = target().make(cell.graph, optionsFor(cell), "net" + target().extension);
            if (!made) {
                EXPECT_THAT(made.error().message, testing::StartsWith("layer "));
                EXPECT_TRUE(isOnnx() && !takesZeroPoints(GetParam())) << made.error().message;
                refused.insert(cell.preset);
                continue;
            }
            const auto network = std::ranges::find_if(made->files, [](const ExportedFile& file) {
                return std::set<std::string>{".pt", ".ptl", ".onnx"}.contains(file.name.extension());
            });
            const auto path = folder_ / (std::to_string(written.size()) + network->name.extension().string());
            std::ofstream(path, std::ios::binary) << network->bytes;
            written.push_back({&cell, path});
        }
        EXPECT_TRUE(std::ranges::any_of(presets().entries(), [&](const auto& preset) {
            return preset.second.mode == Mode::Static && !refused.contains(preset.first);
        })) << "no preset of integers is taken with every operator";
        return written;
    }

    void expectAgreements(const std::vector<Written>& written, const std::vector<ForeignRun>& runs) const {
        for (size_t i = 0; i < written.size(); ++i) {
            if (runs[i].absent) {
                GTEST_SKIP() << runs[i].log;
            }
            SCOPED_TRACE(written[i].cell->name);
            // ONNX leaves activations in float32, which the export says.
            const bool isUnrounded =
                isOnnx() && presets().find(written[i].cell->preset)->mode == Mode::BFloat16;
            // A classifier sums up hundreds of values that are a step apart before it.
            const int steps = isApp() ? 4 : 1;
            expectAgreement(*written[i].cell, runs[i], steps, isUnrounded ? 0x1p-7 : 1e-3);
        }
    }

    TemporaryFolder folder_;
};

/// In the lite interpreter.
ForeignRun runInLite(const std::filesystem::path& path, const at::Tensor& input) {
    if (!QuantizedEngine::isHere(at::QEngine::QNNPACK)) {
        return {.absent = true, .log = "LibTorch has no quantized engine qnnpack"};
    }
    ForeignRun run;
    try {
        run.outputs = runLiteOutputs(readFile(path).value(), input);
    } catch (const std::exception& error) {
        run.log = error.what();
    }
    return run;
}

TEST_P(Matrix, EveryFileIsOpenedByItsRuntime) {
    const std::vector<Written> written = files();
    if (isOnnx()) {
        std::vector<ForeignJob> jobs;
        for (const Written& file : written) {
            jobs.push_back({file.path, {file.cell->input}});
        }
        expectAgreements(written, runOnnxRuntime(jobs, target().int8Activations));
        return;
    }
    const bool isLite = target().extension != ".pt";
    for (const char* engine : {"qnnpack", "onednn"}) {
        SCOPED_TRACE(engine);
        std::vector<ForeignRun> runs;
        for (const Written& file : written) {
            const std::string loading = loadsOnQnnpack(file.cell->graph) ? engine : "onednn";
            runs.push_back(isLite ? runInLite(file.path, file.cell->input)
                                  : runLibTorch({file.path, {file.cell->input}}, loading));
        }
        expectAgreements(written, runs);
        if (isLite) {
            break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, Matrix, testing::ValuesIn(exporters().names()), [](const auto& info) {
    std::string name = info.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

}  // namespace

}  // namespace qs::test
