#pragma once

#include <string_view>
#include <vector>

#include "isolation/output_set.h"
#include "protocol/framing.h"

namespace qs {

/// Reads along with the engine what its client sends, for the files that the requests ask it to write.
class RequestedOutputs {
  public:
    /// The next part of the stream: what the requests that are complete with it ask for. What is no request
    /// asks for nothing.
    std::vector<OutputClaim> operator()(std::string_view bytes);

  private:
    protocol::FrameDecoder decoder_;
};

}  // namespace qs
