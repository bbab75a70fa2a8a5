#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace qs::test {

/// A file that tests/support/make_models.py wrote (CTest's fixture `models`).
inline std::filesystem::path modelFile(const std::string& name) {
    return std::filesystem::path(QS_MODELS_DIR) / name;
}

inline std::filesystem::path sampleFile(const std::string& name) {
    return std::filesystem::path(QS_SOURCE_DIR) / "resources" / "samples" / name;
}

}  // namespace qs::test

/// Skips the test where the fixture could not be made (python3-torchvision is not installed).
#define QS_NEEDS_MODELS()                                                                  \
    if (!std::filesystem::exists(qs::test::modelFile("done"))) {                           \
        GTEST_SKIP() << "needs the models fixture: python3-torch and python3-torchvision"; \
    }
