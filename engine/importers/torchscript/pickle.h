#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace qs {

/// A value of a pickle. Values may be shared, but none holds itself, however deep.
struct PickleValue {
    enum class Kind {
        None,
        Bool,
        Int,
        Float,
        String,
        Global,   ///< the name of a class or function: `text` is its module and name, a newline between
        Tuple,    ///< `items`
        List,     ///< `items`
        Dict,     ///< `items`: key, value, key, value ...
        Call,     ///< `items`: a Global, and the one value that it is called or built with
        Storage,  ///< `items`: the tuple that says which record holds a tensor's elements
    };

    Kind kind = Kind::None;
    bool held = false;  ///< part of another value: does not change any more
    int depth = 0;      ///< levels of values below
    int64_t integer = 0;
    double real = 0;
    std::string_view text = {};
    std::vector<const PickleValue*> items = {};

    bool is(Kind wanted) const { return kind == wanted; }
    /// Whether it calls `global` ("module\nname").
    bool calls(std::string_view global) const { return kind == Kind::Call && items[0]->text == global; }
};

/// What a pickle holds; nothing in it was imported or called. Texts lie in the bytes that were read.
struct Pickle {
    std::deque<PickleValue> values;  ///< all of them, parts before the wholes
    const PickleValue* root = nullptr;
};

/// Reads a pickle of protocol 2 made of the opcodes that TorchScript uses. Takes time and memory linear in
/// the bytes. Failure, in words to put behind the name of the record, for everything else: other opcodes,
/// values that are not there, nesting that no model has.
Result<Pickle> readPickle(std::string_view bytes);

}  // namespace qs
