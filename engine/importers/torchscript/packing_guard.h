#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace qs {

/// For as long as it lives, quantized::conv*_prepack throws on this thread for a geometry that no convolution
/// has. PyTorch's quantized modules call it while they are loaded, with numbers of the file, and LibTorch
/// divides by the groups without a look.
class PackingGuard {
  public:
    PackingGuard();

  private:
    c10::impl::IncludeDispatchKeyGuard included_;
};

}  // namespace qs
