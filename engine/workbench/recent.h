#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace qs {

/// Results by what went into them: the newest ones, as many as fit. Safe from any thread; what it hands out
/// never changes.
template <typename T>
class Recent {
  public:
    explicit Recent(size_t most, int64_t mostBytes = INT64_MAX) : most_(most), mostBytes_(mostBytes) {}

    std::shared_ptr<const T> find(const std::string& key) {
        const std::lock_guard lock(mutex_);
        const auto found = std::ranges::find_if(
            entries_, [&](const Entry& entry) { return std::ranges::count(entry.keys, key) > 0; });
        if (found == entries_.end()) {
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found);
        return found->value;
    }

    /// Under each of the keys, in place of what had one of them. The newest stays however large it is.
    void keep(std::vector<std::string> keys, std::shared_ptr<const T> value, int64_t bytes = 0) {
        const std::lock_guard lock(mutex_);
        entries_.remove_if([&](const Entry& entry) {
            return std::ranges::find_first_of(entry.keys, keys) != entry.keys.end();
        });
        entries_.push_front({std::move(keys), std::move(value), bytes});
        int64_t sum = 0;
        size_t count = 0;
        const auto end = std::ranges::find_if(entries_, [&](const Entry& entry) {
            sum += entry.bytes;
            return ++count > 1 && (count > most_ || sum > mostBytes_);
        });
        entries_.erase(end, entries_.end());
    }

  private:
    struct Entry {
        std::vector<std::string> keys;
        std::shared_ptr<const T> value;
        int64_t bytes = 0;
    };

    std::mutex mutex_;
    std::list<Entry> entries_;  ///< the last used first
    size_t most_;
    int64_t mostBytes_;
};

}  // namespace qs
