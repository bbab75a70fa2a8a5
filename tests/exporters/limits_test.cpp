// Scales that are far apart: QNNPACK refuses some while it runs, on the phone. What is written for it runs,
// and the export says which layers had to be written otherwise.

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/full.h>
#include <ATen/ops/quantize_per_tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "exporters/exporter.h"
#include "exporters/lite_run.h"
#include "exporters/op_agreement.h"
#include "exporters/op_cases.h"
#include "exporters/runners.h"
#include "ops/op.h"
#include "ops/quantized_engine.h"
#include "support/export_graphs.h"

namespace qs::test {

namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kLayer = "block.op";

/// The case with the grid of its operator's results `factor` times as coarse; nothing where results keep the
/// input's grid.
std::optional<OpCase> withOutputScaled(OpCase one, double factor) {
    for (QNode& node : one.graph.nodes) {
        if (node.isBoundary() || node.layer != kLayer || !one.graph.isInteger(node) ||
            keepsGrid(one.graph, node)) {
            continue;
        }
        for (const ValueId output : node.outputs) {
            one.graph.values[static_cast<size_t>(output.index)].qparams->scale[0] *= factor;
        }
        return one;
    }
    return std::nullopt;
}

class ScalesFarApart : public testing::TestWithParam<int> {};

/// Every operator on integers that has a grid of its own. Not more than 2^31 steps beyond a finer one's end:
/// there LibTorch's quantize_per_tensor itself overflows.
TEST_P(ScalesFarApart, RunOnPhones) {
    if (!QuantizedEngine::isHere(at::QEngine::QNNPACK)) {
        GTEST_SKIP() << "LibTorch has no quantized engine qnnpack";
    }
    const TemporaryFolder folder;
    size_t tried = 0;
    for (const OpCase& plain : entryCases()) {
        const auto one = withOutputScaled(plain, std::ldexp(1.0, GetParam()));
        if (!one) {
            continue;
        }
        SCOPED_TRACE(one->name);
        for (const char* target : {"torchscript", "lite"}) {
            const Exporter& exporter = *exporters().find(target);
            const auto path = folder / (one->name + exporter.extension);
            const auto written = exportTo(exporter, one->graph, {}, path);
            ASSERT_TRUE(written) << written.error().message;
            if (exporter.extension == ".pt") {
                const char* engine = loadsOnQnnpack(one->graph) ? "qnnpack" : "onednn";
                expectOpAgreement(*one, runLibTorch({path, one->inputs}, engine));
            } else {
                ForeignRun run;
                run.outputs = runLiteOutputs(written->files.at(0).bytes, one->inputs.at(0));
                expectOpAgreement(*one, run);
            }
            ++tried;
        }
    }
    EXPECT_GE(tried, 40U);
}

INSTANTIATE_TEST_SUITE_P(PowersOfTwo, ScalesFarApart, testing::Values(-20, -9, 9, 20, 100),
                         [](const auto& info) {
                             return (info.param < 0 ? "finer_" : "coarser_") +
                                    std::to_string(std::abs(info.param));
                         });

std::optional<OpCase> caseNamed(const std::string& name) {
    for (OpCase& one : entryCases()) {
        if (one.name == name) {
            return one;
        }
    }
    return std::nullopt;
}

/// quantized::add in LibTorch itself, of addends with scale 1.
bool addsOnPhones(double sumScale) {
    const QuantizedEngine phones(at::QEngine::QNNPACK);
    const auto tensor = at::quantize_per_tensor(at::full({1, 8, 2, 2}, 3.0), 1.0, 10, at::kQUInt8);
    static const auto add = c10::Dispatcher::singleton()
                                .findSchemaOrThrow("quantized::add", "")
                                .typed<at::Tensor(at::Tensor, at::Tensor, double, int64_t)>();
    try {
        add.call(tensor, tensor, sumScale, 10);
        return true;
    } catch (const c10::Error&) {
        return false;
    }
}

/// The limit is where LibTorch has it: on each side of it the file is written as it must be.
TEST(Limits, OfSumsAreThoseOfQnnpackAndAreSaid) {
    if (!QuantizedEngine::isHere(at::QEngine::QNNPACK)) {
        GTEST_SKIP() << "LibTorch has no quantized engine qnnpack";
    }
    const OpCase plain = caseNamed("add_integer").value();
    int refused = 0;
    for (const double exponent : {-8.01, -8.0, -7.99, 0.0, 13.99, 14.0, 14.01}) {
        SCOPED_TRACE(exponent);
        OpCase one = plain;
        const double sumScale = std::exp2(exponent);
        for (const QNode& node : plain.graph.nodes) {
            for (const ValueId output : node.outputs) {
                if (auto& qparams = one.graph.values[static_cast<size_t>(output.index)].qparams) {
                    qparams->scale[0] = node.layer == kLayer && !node.isBoundary() ? sumScale : 1;
                }
            }
        }
        const auto made = exporters().find("torchscript")->make(one.graph, {}, "m.pt");
        ASSERT_TRUE(made) << made.error().message;
        const auto isSaid =
            Contains(AllOf(HasSubstr("layer block.op: fake-quantized"), HasSubstr("QNNPACK adds only"),
                           HasSubstr("leave the layer in fp32")));
        if (addsOnPhones(sumScale)) {
            EXPECT_THAT(made->notes, Not(isSaid));
        } else {
            ++refused;
            EXPECT_THAT(made->notes, isSaid);
        }
    }
    EXPECT_GE(refused, 2);
}

TEST(Limits, OfProductsAreSaidWithTheLayer) {
    for (const char* name : {"conv2d_integer", "linear_integer", "conv_transpose2d_relu_integer"}) {
        SCOPED_TRACE(name);
        const OpCase plain = caseNamed(name).value();
        const auto notesAt = [&](double factor) {
            return exporters()
                .find("lite")
                ->make(withOutputScaled(plain, factor)->graph, {.inputShapes = {{2, 8, 6, 6}}}, "m.ptl")
                .value()
                .notes;
        };
        EXPECT_THAT(notesAt(1), Not(Contains(HasSubstr("QNNPACK"))));
        EXPECT_THAT(notesAt(0x1.0p+127),
                    Contains(AllOf(HasSubstr("layer block.op: "), HasSubstr("QNNPACK multiplies only"),
                                   HasSubstr("set ranges by hand"))));
    }
}

}  // namespace

}  // namespace qs::test
