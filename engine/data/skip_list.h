#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/presentable.h"

namespace qs {

/// The files of a dataset that could not be decoded, with the reason, each once, in name order whichever
/// thread came upon it first. Safe from several threads.
class SkipList {
  public:
    void add(const std::string& file, const std::string& reason) {
        const std::lock_guard lock(mutex_);
        files_.emplace(file, reason);
    }
    /// "FILE: reason" each.
    std::vector<std::string> list() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> lines;
        for (const auto& [file, reason] : files_) {
            lines.push_back(presentable(file + ": " + reason));
        }
        return lines;
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> files_;
};

}  // namespace qs
