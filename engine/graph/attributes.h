#pragma once

#include <ATen/core/ivalue.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace qs {

/// Constant parameter of a node. The IValue alternative carries what only LibTorch's dispatcher understands
/// (the constant arguments of an operator that no op entry knows).
using Attribute = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<std::string>, c10::IValue>;

/// Named attributes of a node, in name order.
class Attributes {
  public:
    void set(std::string name, Attribute value) {
        values_.insert_or_assign(std::move(name), std::move(value));
    }

    const Attribute* find(std::string_view name) const {
        const auto it = values_.find(name);
        return it == values_.end() ? nullptr : &it->second;
    }

    /// The attribute `name`, or `fallback` where it is absent. Throws std::bad_variant_access on another
    /// type.
    template <typename T>
    T get(std::string_view name, T fallback = {}) const {
        const Attribute* found = find(name);
        return found ? std::get<T>(*found) : fallback;
    }

    std::vector<int64_t> ints(std::string_view name) const { return get<std::vector<int64_t>>(name); }

    const std::map<std::string, Attribute, std::less<>>& all() const { return values_; }

  private:
    std::map<std::string, Attribute, std::less<>> values_;
};

}  // namespace qs
