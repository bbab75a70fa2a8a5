#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isolation/channel.h"
#include "isolation/local_outputs.h"
#include "isolation/supervisor.h"

namespace qs {

/// Answers what a worker asks for (Superior), within what it is allowed. The worker is not trusted: it may be
/// in the hands of a stranger's file.
class Desk {
  public:
    /// `scratch`: the folder that programs may write to.
    Desk(Supervision supervision, std::filesystem::path scratch)
        : supervision_(std::move(supervision)), scratch_(std::move(scratch)) {}
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    /// What the user asks for in `input`, too.
    void readInput(std::string_view input);
    ChannelMessage answer(const ChannelMessage& request);

  private:
    struct Set {
        LocalOutputs outputs;
        std::vector<OutputClaim> claims;
    };
    struct Child {
        pid_t id = -1;
        std::optional<int> status;
    };

    Result<ChannelMessage> handle(const ChannelMessage& request);
    Result<ChannelMessage> claim(const nlohmann::json& request);
    Result<ChannelMessage> create(const nlohmann::json& request);
    Result<ChannelMessage> publish(const nlohmann::json& request);
    Result<ChannelMessage> start(const ChannelMessage& request);
    const std::optional<int>& statusOfChild(Child& child);
    void kill(Child& child);
    Status checkAllowed(const std::vector<OutputClaim>& claims) const;

    Supervision supervision_;
    std::filesystem::path scratch_;
    std::map<int64_t, Set> sets_;
    std::map<int64_t, Child> children_;
    int64_t next_ = 0;
};

}  // namespace qs
