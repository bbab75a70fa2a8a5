#pragma once

#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "comparison/comparison.h"
#include "isolation/temporary_folder.h"
#include "support/calibrated.h"
#include "support/test_models.h"

namespace qs::test {

/// A variable of the environment for as long as the object lives; `value` null: not set.
class Variable {
  public:
    Variable(std::string name, const char* value) : name_(std::move(name)) {
        if (const char* before = ::getenv(name_.c_str())) {
            before_ = before;
        }
        value ? ::setenv(name_.c_str(), value, 1) : ::unsetenv(name_.c_str());
    }
    ~Variable() { before_ ? ::setenv(name_.c_str(), before_->c_str(), 1) : ::unsetenv(name_.c_str()); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    std::string name_;
    std::optional<std::string> before_;
};

/// A folder of the test's own, and the smaller sample network to compare.
class ComparisonFixture : public testing::Test {
  protected:
    void SetUp() override {
        ::setenv("QS_NODE_MODULES", QS_SOURCE_DIR "/tests/node_modules", /*overwrite=*/0);
        folder_ = std::move(TemporaryFolder::make()).value();
    }

    ComparisonSubject subject() const {
        ComparisonSubject subject;
        subject.model = sampleFile("fashion_resnet.pt");
        subject.inputs = {at::randn({1, 1, 28, 28})};
        subject.exporting.inputShapes = {{1, 1, 28, 28}};
        subject.folder = folder_->path();
        auto made = calibrateOnNoise(subject.model, "onednn", subject.exporting.inputShapes[0]);
        EXPECT_TRUE(made) << made.error().message;
        if (made) {
            subject.integer = std::move(made->integer);
            subject.real = std::move(made->real);
        }
        return subject;
    }

    std::unique_ptr<TemporaryFolder> folder_;
};

/// Whether node and its package onnxruntime-node are there.
inline bool hasOnnxRuntime() {
    return ::system(
               "ORT_DISABLE_TELEMETRY=1 node -e \"require('node:module')"
               ".createRequire(process.env.QS_NODE_MODULES + '/index.js')('onnxruntime-node')\" "
               "> /dev/null 2>&1") == 0;
}

}  // namespace qs::test
