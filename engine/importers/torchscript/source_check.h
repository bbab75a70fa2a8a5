#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace qs {

/// A name in TorchScript source.
struct NameInSource {
    std::string name;
    size_t line = 0;  ///< from 1
};

/// What a source record of a TorchScript archive does when the archive is loaded.
struct SourceFacts {
    /// Whether a class restores its objects by code of the file, which then runs while loading.
    bool restoresItself = false;
    /// The first name in the functions' bodies that may mean an operator which no model may use. It proves
    /// nothing, but code without such a name cannot reach one.
    std::optional<NameInSource> forbidden;
};

/// Holds the source against what LibTorch does with it while loading: LibTorch computes the defaults of
/// arguments and fields (here they must be literals), crashes on members without a type, and recurses into
/// whatever is nested. Linear in the text. Failure in words to put behind the record's name.
Result<SourceFacts> checkSource(std::string_view source);

}  // namespace qs
