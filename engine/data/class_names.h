#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace qs {

/// Reads the names of the classes in index order: a text file with a name a line, a JSON list of names, a
/// JSON object of index to name ({"0": "cat", ...}, as ImageNet's imagenet_class_index.json, whose values may
/// be lists ending in the name), or of name to index. Failure for a gap, a repeated index, or no names.
Result<std::vector<std::string>> readClassNames(const std::filesystem::path& path);

/// That every label is a class, 0 to classes - 1; `what` is the data in the message.
Status checkLabels(const std::vector<int64_t>& labels, size_t classes, const std::string& what);

/// That a labels file with `names` names fits data of `classes` classes; `what` is the data in the message.
Status checkClassCount(size_t names, size_t classes, const std::string& what);

}  // namespace qs
