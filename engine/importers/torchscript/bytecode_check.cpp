#include "importers/torchscript/bytecode_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/torchscript/allowed_operators.h"
#include "importers/torchscript/bytecode.h"
#include "importers/torchscript/bytecode_flow.h"
#include "importers/torchscript/packed_state.h"
#include "importers/torchscript/pickle_check.h"
#include "importers/torchscript/refusals.h"

namespace qs {

namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kRestores = ".__setstate__";
constexpr std::string_view kOwnClasses = "__torch__.torch.classes.";

/// The values of a module's state are its slots, in their order, as long as no name comes twice.
bool hasDistinctNames(const PickleValue& state) {
    std::set<std::string_view> names;
    for (size_t i = 0; i < state.items.size(); i += 2) {
        if (!state.items[i]->is(Kind::String) || !names.insert(state.items[i]->text).second) {
            return false;
        }
    }
    return true;
}

bool areModulesSound(const Pickle& data) {
    return std::ranges::all_of(data.values, [](const PickleValue& value) {
        return !value.is(Kind::Call) || !value.items[1]->is(Kind::Dict) || hasDistinctNames(*value.items[1]);
    });
}

class BytecodeCheck {
  public:
    BytecodeCheck(const PickleValue& model, uint64_t version, const std::filesystem::path& path)
        : model_(model), version_(version), path_(path) {}

    Status names(const BytecodeFunction& function) const {
        for (const BytecodeOperator& op : function.operators) {
            if (!isAllowedOperator(op.name)) {
                return forbiddenOperator(path_, op.name, function.name);
            }
        }
        if (function.name.starts_with(kOwnClasses)) {
            return unsound(path_, "its bytecode has " + function.name + ", which is LibTorch's own");
        }
        for (const std::string_view type : function.types) {
            const size_t own = type.find(kOwnClasses);
            if (own != std::string_view::npos && !isPackedClass(type.substr(own))) {
                return unsound(path_, "the bytecode of " + function.name + " uses the class " +
                                          std::string(type.substr(own)) + ", which is none of a network");
            }
        }
        return {};
    }

    /// Of what runs: the modules that restore themselves, then forward, which relies on what they leave.
    Status flow(const std::vector<BytecodeFunction>& functions) {
        for (const BytecodeFunction& function : functions) {
            if (function.name.ends_with(kRestores)) {
                const std::string module = function.name.substr(0, function.name.size() - kRestores.size());
                if (!isQuantizedModule(module)) {
                    return unsound(path_,
                                   module + " restores itself, which only PyTorch's quantized modules may");
                }
                QS_ASSIGN(Slots slots, follow(function, nullptr));
                if (!restored_.emplace(module, std::move(slots)).second) {
                    return unsound(path_, "its bytecode has " + function.name + " twice");
                }
            }
        }
        for (const BytecodeFunction& function : functions) {
            if (function.name.substr(function.name.rfind('.') + 1) == "forward") {
                QS_TRY(follow(function, &model_));
            }
        }
        return {};
    }

  private:
    Result<Slots> follow(const BytecodeFunction& function, const PickleValue* self) const {
        auto slots = followBytecode(function, self, restored_, version_);
        if (!slots) {
            return unsound(path_, "the bytecode of " + function.name + ' ' + slots.error().message);
        }
        return slots;
    }

    const PickleValue& model_;
    uint64_t version_;
    const std::filesystem::path& path_;
    RestoredSlots restored_;
};

}  // namespace

Status checkBytecode(const Pickle& bytecode, const Pickle& data, uint64_t version,
                     const std::filesystem::path& path) {
    const bool isShallow = std::ranges::all_of(bytecode.values, [](const PickleValue& value) {
        return !value.is(Kind::String) || isShallowType(value.text);
    });
    if (!isShallow) {
        return unsound(path, "its bytecode has a type that is nested too deeply");
    }
    if (!data.root->is(Kind::Call) || !areModulesSound(data)) {
        return unsound(path, "its data.pkl holds no model");
    }
    QS_ASSIGN(const auto functions, readBytecode(bytecode, path));
    BytecodeCheck check(*data.root, version, path);
    for (const BytecodeFunction& function : functions) {
        QS_TRY(check.names(function));
    }
    return check.flow(functions);
}

}  // namespace qs
