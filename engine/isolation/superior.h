#pragma once

#include <memory>
#include <mutex>

#include "isolation/channel.h"

namespace qs {

/// The process that this one works for, where it is a worker (see supervise()): it writes the outputs and
/// starts programs, which a worker may not.
class Superior {
  public:
    /// Null where this process works for itself.
    static Superior* get();
    /// Called by the worker before anything else, once.
    static void set(Channel channel);

    /// Its answer; what it refuses is the error. Any thread.
    Result<ChannelMessage> ask(const ChannelMessage& request);

  private:
    explicit Superior(Channel channel) : channel_(std::move(channel)) {}
    static std::unique_ptr<Superior>& instance();

    std::mutex mutex_;
    Channel channel_;
};

}  // namespace qs
