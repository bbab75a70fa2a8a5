#include "runtime/onednn/weight_cache.h"

#include "runtime/onednn/operand.h"

namespace qs::onednn {

dnnl::memory WeightCache::get(size_t node, const std::string& role, const dnnl::memory::desc& wanted,
                              const std::function<dnnl::memory()>& plain) {
    std::vector<dnnl::memory>& formats = packed_[{node, role}];
    for (const dnnl::memory& format : formats) {
        if (format.get_desc() == wanted) {
            return format;
        }
    }
    dnnl::memory source = plain();
    dnnl::memory packed(wanted, cpuEngine());
    dnnl::stream stream(cpuEngine());
    dnnl::reorder(source, packed).execute(stream, source, packed);
    stream.wait();
    formats.push_back(packed);
    return packed;
}

}  // namespace qs::onednn
