#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace qs {

/// A number that a registry's entry can be told, within [least, greatest].
struct ParameterDef {
    std::string name;
    std::string description;
    double defaultValue = 0;
    double least = 0;
    double greatest = 0;
};

using Parameters = std::map<std::string, double>;

/// Every one of `defs`, from `given` or its default. Usage error for a name that is not among them and for a
/// value out of range; `who` ("observer 'percentile'") begins it.
Result<Parameters> completeParameters(const std::string& who, const std::vector<ParameterDef>& defs,
                                      const Parameters& given);

}  // namespace qs
