#include "importers/memory_check.h"

#include <unistd.h>

#include <string>

#include "importers/tracer.h"

namespace qs {

namespace {

double physicalMemory() {
    return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double bytesOf(const Value& value) {
    double bytes = static_cast<double>(c10::elementSize(value.dtype));
    for (const int64_t extent : value.shape) {
        bytes *= static_cast<double>(extent);
    }
    return bytes;
}

std::string gigabytes(double bytes) {
    constexpr double kGigabyte = 1e9;
    return std::to_string(static_cast<int64_t>(bytes / kGigabyte)) + " GB";
}

}  // namespace

void checkMemory(const Graph& graph) {
    const double memory = physicalMemory();
    for (const Node& node : graph.nodes()) {
        double bytes = 0;
        for (const ValueId input : node.inputs) {
            bytes += graph.value(input).constant ? 0 : bytesOf(graph.value(input));
        }
        for (const ValueId output : node.outputs) {
            bytes += bytesOf(graph.value(output));
        }
        if (bytes > memory) {
            throw ImportError("layer " + (node.scope.empty() ? node.op : node.scope) + " needs " +
                              gigabytes(bytes) + " for its inputs and results, and this machine has " +
                              gigabytes(memory) + ": open the model with a smaller input (--input)");
        }
    }
}

}  // namespace qs
