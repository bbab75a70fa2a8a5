#pragma once

#include <string>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace qs {

/// Class names from the model's metadata: "classes" in the JSON object that the exporter writes, or an entry
/// "classes", "names" or "labels" that is a JSON array or object, a Python dict ("{0: 'cat', 1: 'dog'}"), or
/// one name a line or between commas. Empty where there are none.
std::vector<std::string> onnxClasses(const ::onnx::ModelProto& model);

}  // namespace qs
