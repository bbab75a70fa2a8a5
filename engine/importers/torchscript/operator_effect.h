#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "importers/torchscript/bytecode.h"
#include "importers/torchscript/pickle.h"

namespace qs {

/// What is known of a value on the lite interpreter's stack; nothing, mostly. An instruction that wants an
/// object or a tuple and finds None is stopped by LibTorch, so what is known holds for values that may be
/// None instead.
struct StackValue {
    bool isNone = false;
    const PickleValue* object = nullptr;  ///< a module, as data.pkl holds it
    bool isNew = false;                   ///< the object that __setstate__ makes
    int64_t elements = -1;                ///< a tuple's, where known
    std::string_view type = {};           ///< "Tuple[int, int]", where known
    const PickleValue* constant = nullptr;

    bool operator==(const StackValue&) const = default;

    static StackValue ofType(std::string_view type);
    /// What both know.
    static StackValue both(const StackValue& a, const StackValue& b) {
        return b.isNone || a == b ? a : a.isNone ? b : StackValue();
    }
    /// The element of a tuple, where `index` is a constant and the tuple's type is known.
    StackValue element(const StackValue& index) const;
};

/// What an operator takes from the stack and puts there.
struct OperatorEffect {
    int64_t takes = 0;
    std::vector<StackValue> gives;
};

/// By the schema that LibTorch has for `op`. `count`: how many values OPN hands over, for operators of any
/// number of arguments. `top`: of the stack; nullptr where that is empty. `version`: the archive's. Failure,
/// in words that go behind a function's name, where it cannot be told, or LibTorch would take more than it is
/// given.
Result<OperatorEffect> effectOf(const BytecodeOperator& op, std::optional<int64_t> count,
                                const StackValue* top, uint64_t version);

}  // namespace qs
