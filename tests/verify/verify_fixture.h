#pragma once

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/files.h"
#include "data/dataset.h"
#include "exporters/exporter.h"
#include "isolation/temporary_folder.h"
#include "support/export_graphs.h"
#include "verify/file_runtime.h"
#include "verify/verify.h"

namespace qs::test {

/// The samples of a tensor N x ..., without labels unless given.
class TensorData : public Dataset {
  public:
    explicit TensorData(at::Tensor samples, at::Tensor labels = {})
        : samples_(std::move(samples)), labels_(std::move(labels)) {}
    int64_t size() const override { return samples_.size(0); }
    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        const at::Tensor rows = at::tensor(at::IntArrayRef(indices.data(), indices.size()));
        return Batch{{samples_.index_select(0, rows)},
                     labels_.defined() ? labels_.index_select(0, rows) : at::Tensor()};
    }
    bool labelled() const override { return labels_.defined(); }
    std::vector<SampleInput> sampleInputs() const override {
        return {{"", samples_.sizes().slice(1).vec(), samples_.scalar_type()}};
    }

  private:
    at::Tensor samples_;
    at::Tensor labels_;
};

/// The hand-made network of this name.
inline ExportCase exportCase(const std::string& name) {
    const std::vector<ExportCase> all = exportCases();
    return *std::ranges::find(all, name, &ExportCase::name);
}

/// A folder of the test's own, exports in it, and their verification.
class VerifyFixture : public testing::Test {
  protected:
    void SetUp() override {
        ::setenv("QS_NODE_MODULES", QS_SOURCE_DIR "/tests/node_modules", /*overwrite=*/0);
        folder_ = std::move(TemporaryFolder::make()).value();
    }

    std::filesystem::path path(const std::string& name) const { return folder_->path() / name; }

    std::filesystem::path exported(const QuantizedGraph& graph, const std::string& name,
                                   ExportOptions options = {}) const {
        const std::filesystem::path file = path(name);
        const auto written = exportTo(*exporterFor(file).value(), graph, options, file);
        EXPECT_TRUE(written) << written.error().message;
        return file;
    }

    /// The same for a target, which the file names.
    std::filesystem::path exportedFor(const std::string& target, const QuantizedGraph& graph,
                                      const std::string& name) const {
        const std::filesystem::path file = path(name);
        const auto written = exportTo(*exporters().find(target), graph,
                                      {.metadata = R"({"target": ")" + target + R"("})"}, file);
        EXPECT_TRUE(written) << written.error().message;
        return file;
    }

    /// `file` against `graph` on `data`. The engine is one that rounds before a residual is added, as files
    /// do.
    static Result<protocol::VerifyResult> verify(const std::filesystem::path& file,
                                                 const QuantizedGraph& graph, const Dataset& data,
                                                 const VerifyOptions& options = {}, bool real = false) {
        QS_ASSIGN(const FileFacts facts, readFacts(file));
        QS_ASSIGN(const auto engine, makeXnnpackExecutor(graph));
        Job job;
        return verifyFile({.file = facts, .engine = *engine, .data = data, .real = real}, options, job);
    }

    static bool isHere(const std::string& runtime) {
        return fileRuntimes().find(runtime)->whyAbsent().empty();
    }

    std::unique_ptr<TemporaryFolder> folder_;
};

}  // namespace qs::test
