#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "importers/torchscript/bytecode.h"
#include "importers/torchscript/pickle.h"

namespace qs {

/// One attribute of an object: what is known of its value.
struct Slot {
    int64_t elements = -1;  ///< a tuple's, where it is one and that is known
};
using Slots = std::vector<Slot>;

/// Slots that every object of a class has once its __setstate__ has run, by the class's name.
using RestoredSlots = std::map<std::string, Slots>;

/// Follows `function` along every path without running it: no instruction may take a value from the stack
/// that was not put there, or name a slot that its object does not have. LibTorch's lite interpreter looks at
/// neither. What cannot be told from outside (an attribute of an argument, say) counts as unsound.
///
/// `self` is the model, as data.pkl holds it; nullptr for a __setstate__, which makes its object itself.
/// `version` is the archive's. Returns the slots that `self` has at the end at least. Failure: words that go
/// behind the function's name.
Result<Slots> followBytecode(const BytecodeFunction& function, const PickleValue* self,
                             const RestoredSlots& restored, uint64_t version);

}  // namespace qs
