// Every ONNX target: what it writes computes what the network computes, in ONNX Runtime, and is placed as the
// target's runtime fuses it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/onnx/builder.h"
#include "exporters/op_cases.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

/// Ops that ONNX Runtime's CPU provider has no integer kernel for.
const std::set<std::string> kFloatInOnnxRuntime{};

std::vector<std::string> onnxTargets() {
    std::vector<std::string> names;
    for (const auto& [name, exporter] : exporters().entries()) {
        if (exporter.extension == ".onnx") {
            names.push_back(name);
        }
    }
    return names;
}

TEST(Fusion, Diagnose) {
    const TemporaryFolder folder;
    std::vector<ForeignJob> jobs;
    std::vector<OpCase> cases;
    for (const OpCase& one : entryCases()) {
        if (!one.name.ends_with("_integer")) {
            continue;
        }
        const auto path = folder / (one.name + ".onnx");
        const auto written = exportTo(*exporters().find(getenv("T") ? getenv("T") : "onnxruntime-x64"), one.graph, {}, path);
        EXPECT_TRUE(written) << one.name << written.error().message;
        jobs.push_back({path, one.inputs});
        cases.push_back(one);
    }
    const auto runs = runOnnxRuntime(jobs);
    std::cout << runs[0].log;
    for (size_t i = 0; i < jobs.size(); ++i) {
        auto p = jobs[i].model;
        p.replace_extension(".optimized.onnx");
        if (!std::filesystem::exists(p)) { std::cout << cases[i].name << " FAILED\n"; continue; }
        std::cout << cases[i].name << ": " << testing::PrintToString(floatOpsBetweenIntegers(readOnnx(p))) << "   " <<  testing::PrintToString(countOps(readOnnx(p)))<< "\n";
    }
}

}  // namespace

}  // namespace qs::test
