#pragma once

#include <string>

#include "core/result.h"

namespace qs::cli {

/// Takes stdout for the report alone: what anything else prints there from now on (oneDNN does) goes to
/// stderr.
class Output {
  public:
    Output();
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Writes all of `text`. A failure where stdout cannot take it (a full disk).
    Status write(const std::string& text) const;

  private:
    int descriptor_;
};

}  // namespace qs::cli
