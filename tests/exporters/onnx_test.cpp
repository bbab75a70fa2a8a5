#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <set>

#include "core/files.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "support/export_graphs.h"

namespace qs::test {

namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;

onnx::ModelProto readModel(const std::filesystem::path& path) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(readFile(path).value()));
    return model;
}

std::map<std::string, int> countOps(const onnx::ModelProto& model) {
    std::map<std::string, int> counts;
    for (const onnx::NodeProto& node : model.graph().node()) {
        ++counts[node.op_type()];
    }
    return counts;
}

ExportCase findCase(const std::string& name) {
    for (ExportCase& one : exportCases()) {
        if (one.name == name) {
            return one;
        }
    }
    throw std::invalid_argument("no export case " + name);
}

std::filesystem::path write(const ExportCase& exportCase, const std::filesystem::path& path,
                            const std::string& metadata = "{}") {
    const Status written =
        exporterFor(path).value()->write(exportCase.graph, {exportCase.input.sizes().vec(), metadata}, path);
    EXPECT_TRUE(written) << written.error().message;
    return path;
}

class OnnxFusion : public testing::TestWithParam<ExportCase> {};

TEST_P(OnnxFusion, X) {
    const TemporaryFolder folder;
    const ForeignRun run = runOnnxRuntime(write(GetParam(), folder / "model.onnx"), GetParam().input);
    for (auto& [op, n] : countOps(readModel(folder / "model.optimized.onnx"))) {
        std::printf("%s:%d ", op.c_str(), n);
    }
    std::puts("");
}
INSTANTIATE_TEST_SUITE_P(Patterns, OnnxFusion, testing::ValuesIn(exportCases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
