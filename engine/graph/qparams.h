#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// Element types that a qconfig can ask for.
enum class DType { Float32, Float16, BFloat16, UInt8, Int8, Int4, Int2, Binary };

std::string_view toString(DType dtype);
std::optional<DType> dtypeFromString(std::string_view text);

/// Quantization parameters of one tensor: r = scale * (q - zeroPoint), q in [quantMin, quantMax].
/// Per tensor: axis < 0 and one element in each list; per channel: one element per index of `axis`.
struct QParams {
    DType dtype = DType::UInt8;
    int axis = -1;
    std::vector<double> scale;
    std::vector<int64_t> zeroPoint;
    int64_t quantMin = 0;
    int64_t quantMax = 255;

    bool perChannel() const { return axis >= 0; }
    bool operator==(const QParams&) const = default;
};

}  // namespace qs
