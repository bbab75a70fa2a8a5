#include "runtime/onednn/weight_cache.h"

#include <chrono>

#include "runtime/onednn/operand.h"

namespace qs::onednn {

dnnl::memory WeightCache::get(size_t node, const std::string& role, const dnnl::memory::desc& wanted,
                              const std::function<dnnl::memory()>& plain) {
    std::vector<Packed>& formats = packed_[{node, role}];
    for (const Packed& format : formats) {
        if (format.memory.get_desc() == wanted) {
            savedMs_ += format.ms;
            return format.memory;
        }
    }
    const auto begin = std::chrono::steady_clock::now();
    dnnl::memory source = plain();
    dnnl::memory packed(wanted, cpuEngine());
    dnnl::stream stream(cpuEngine());
    dnnl::reorder(source, packed).execute(stream, source, packed);
    stream.wait();
    const auto taken = std::chrono::steady_clock::now() - begin;
    formats.push_back({packed, std::chrono::duration<double, std::milli>(taken).count()});
    return packed;
}

}  // namespace qs::onednn
