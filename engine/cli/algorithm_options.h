#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "core/result.h"
#include "protocol/messages.h"

namespace qs::cli {

/// --algorithm: what makes the variant better without training it.
class AlgorithmOptions {
  public:
    void add(CLI::App& command);
    bool given() const { return !texts_.empty(); }
    /// Usage error naming the option for what is not written as it says (the engine itself checks names and
    /// ranges).
    Result<std::vector<protocol::Algorithm>> read() const;

  private:
    std::vector<std::string> texts_;
};

}  // namespace qs::cli
