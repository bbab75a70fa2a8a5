#include "core/parameters.h"

#include <algorithm>
#include <cstdio>

#include "core/match.h"

namespace qs {

namespace {

std::string text(double value) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%g", value);
    return digits;
}

}  // namespace

Result<Parameters> completeParameters(const std::string& who, const std::vector<ParameterDef>& defs,
                                      const Parameters& given) {
    Parameters complete;
    std::vector<std::string> names;
    for (const ParameterDef& def : defs) {
        complete[def.name] = def.defaultValue;
        names.push_back(def.name);
    }
    for (const auto& [name, value] : given) {
        const auto def = std::ranges::find(defs, name, &ParameterDef::name);
        if (def == defs.end()) {
            return usageError(who + " has no parameter '" + name +
                              "': " + (names.empty() ? "it has none" : "there are " + join(names)));
        }
        // Not a number is in no range.
        if (!(value >= def->least && value <= def->greatest)) {
            return usageError(who + ": " + name + " is " + text(value) + ", but has to lie between " +
                              text(def->least) + " and " + text(def->greatest));
        }
        complete[name] = value;
    }
    return complete;
}

}  // namespace qs
