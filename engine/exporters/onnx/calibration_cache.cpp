#include "exporters/onnx/calibration_cache.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <unordered_set>

namespace qs {

std::string calibrationCache(const std::vector<QuantizedTensor>& tensors) {
    std::string text = "TRT-8601-EntropyCalibration2\n";
    std::unordered_set<std::string> written;
    for (const QuantizedTensor& one : tensors) {
        if (!written.insert(one.tensor).second) {
            continue;
        }
        std::array<char, 16> bits{};
        std::snprintf(bits.data(), bits.size(), "%08x",
                      std::bit_cast<uint32_t>(static_cast<float>(one.scale)));
        text += one.tensor + ": " + bits.data() + "\n";
    }
    return text;
}

}  // namespace qs
