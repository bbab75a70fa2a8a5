#pragma once

#include <cstddef>

namespace qs {

/// One operator of PyTorch: its schema without "aten::", and what it computes, as the lines of a TorchScript
/// function with the schema's arguments. Types are numbers there, as in files: 6 is float32, 11 bool.
struct Composition {
    const char* schema;
    const char* body;
};

/// Functions that the compositions share.
extern const char* const kSharedSource;
extern const Composition kCompositions[];
extern const size_t kCompositionCount;

}  // namespace qs
