#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qs {

/// Named entries of one kind (ops, observers, dataset formats, exporters ...), in name order. Filled once by
/// the generated register function that CMake writes from the list of files; read-only and thread-safe
/// afterwards.
template <typename Entry>
class Registry {
  public:
    void add(std::string name, Entry entry) { entries_.insert_or_assign(std::move(name), std::move(entry)); }

    const Entry* find(std::string_view name) const {
        const auto it = entries_.find(name);
        return it == entries_.end() ? nullptr : &it->second;
    }

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& [name, entry] : entries_) {
            names.push_back(name);
        }
        return names;
    }

    const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

  private:
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace qs
