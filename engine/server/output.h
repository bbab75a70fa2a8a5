#pragma once

#include <mutex>
#include <nlohmann/json.hpp>

namespace qs {

/// Writes frames to a descriptor, whole, from any thread. When the reader has gone, writing does nothing
/// more.
class Output {
  public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}
    void send(const nlohmann::json& message);

  private:
    std::mutex mutex_;
    int descriptor_;
    bool closed_ = false;
};

}  // namespace qs
