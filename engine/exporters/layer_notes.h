#pragma once

#include <map>
#include <string>
#include <vector>

namespace qs {

/// What a person must know about the layers of an export (Exported::notes).
class LayerNotes {
  public:
    /// `text` goes on after the layers' names: "fake-quantized: ...".
    void add(const std::string& layer, const std::string& text);
    /// One line a text, in the order in which they came: "layers conv1, conv2: fake-quantized: ...".
    std::vector<std::string> lines() const;

  private:
    std::vector<std::string> texts_;
    std::map<std::string, std::vector<std::string>> layers_;
};

}  // namespace qs
