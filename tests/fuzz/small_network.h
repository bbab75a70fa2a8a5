#pragma once

#include <string>

#include "protocol/messages.h"

namespace qs::test {

/// Names, in the current folder, of a network of two layers on images of 1 x 8 x 8 and of what belongs to it.
struct SmallNetwork {
    static constexpr const char* kModel = "net.pt";
    static constexpr const char* kData = "npy:x.npy,y.npy";
    static constexpr const char* kOnnx = "int8.onnx";
    static constexpr const char* kTorchScript = "int8.pt";
    static constexpr const char* kLite = "int8.ptl";
    static constexpr const char* kWeights = "trained.qsw";
    static constexpr const char* kRecipe = "recipe.json";
};

protocol::DataSpec smallData();
/// Few samples and runs, one thread.
protocol::Recipe smallRecipe();

/// Writes the files into the current folder, the exported ones by the workbench. Throws where that fails.
void writeSmallNetwork();

}  // namespace qs::test
